export const annotationKey = '^[a-z][a-z0-9_.\\-]{0,63}$';
/** The lines of all volumes are read whenever the group is: they stay short. */
export const mostAnnotations = 16;
export const mostAnnotationText = 8192;

/** Text that others keep with a volume, by key: it is in the same transaction as what they did to the volume. */
export const annotations = {
  type: 'object',
  propertyNames: { pattern: annotationKey },
  additionalProperties: { type: 'string', minLength: 1, maxLength: mostAnnotationText },
  maxProperties: mostAnnotations,
} as const;
