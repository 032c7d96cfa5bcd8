/** Where dots and etcd's state lie: found or made on storage devices. Each verb may be cut off anywhere, and is then repeated. */
export interface Backend {
  readonly kind: 'dvm' | 'zfs';
  /**
   * Finds the pool on whatever devices it is, waiting for those that come late; else makes it on the devices named, which must all be
   * there and blank.
   *
   * @throws DvmError `no-storage` (exit 80) devices did not come in time; `device-not-blank`, `device-in-use` (exit 83), with all
   *   that is on them; `devices-missing` (exit 84) the pool is there, not all of it
   */
  pool(devices: readonly string[], deadline: number): Promise<'found' | 'made'>;
  /** Mounts the volume for etcd's state, which is made where there is none. Returns the directory. */
  mountState(): Promise<{ directory: string; outcome: 'found' | 'made' }>;
  unmountState(): Promise<void>;
}
