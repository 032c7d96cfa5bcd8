import type { Topics } from './config.js';

/** Everything that is sent to this node's volume service. */
export function subscription(t: Topics): string {
  return `${t.DOCKER_TOPIC}/${t.NODE_NAME}/${t.VOLUMES_TOPIC}/#`;
}

/** What a message on a topic asks for; undefined for a topic that asks for nothing. */
export function actionOf(t: Topics, topic: string): 'create' | 'delete' | undefined {
  const prefix = `${t.DOCKER_TOPIC}/${t.NODE_NAME}/${t.VOLUMES_TOPIC}/`;
  const action = topic.startsWith(prefix) ? topic.slice(prefix.length) : '';
  return action === 'create' || action === 'delete' ? action : undefined;
}

/** Where a sender waits for PENDING and DONE. */
export function answerTopic(t: Topics, sender: string): string {
  return `${t.DOCKER_TOPIC}/${t.SIP_TOPIC}/${sender}/${t.JOBS_TOPIC}`;
}

/** Where a sender is told of failures; those that nobody can be told of personally go to the node's own topic. */
export function failureTopic(t: Topics, sender: string | undefined): string {
  if (sender === undefined) return `${t.DOCKER_TOPIC}/${t.NODE_NAME}/${t.FAILURES_TOPIC}`;
  return `${t.DOCKER_TOPIC}/${t.SIP_TOPIC}/${sender}/${t.FAILURES_TOPIC}`;
}

/** Where it says, retained, whether this service runs. */
export function presenceTopic(t: Topics): string {
  return `${t.DOCKER_TOPIC}/${t.NODE_NAME}/${t.PRESENCE_TOPIC}`;
}
