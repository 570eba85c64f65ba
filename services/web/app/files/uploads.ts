import { describe, Problem } from '../api/problem';
import type { FileInfo, MessageType } from '../api/types';
import type { Draft } from '../chat/outbox';
import { newId } from '../lib/id';
import { Store } from '../lib/store';
import { isPicture } from './address';
import type { UploadRequest } from './upload';

export interface Upload {
  id: string;
  file: File;
  state: 'waiting' | 'uploading' | 'failed';
  /** From 0 to 1. */
  progress: number;
  error: string | null;
}

export interface UploadsDeps {
  roomId: string;
  token: () => Promise<string | null>;
  upload: (request: UploadRequest) => Promise<FileInfo>;
  /** The file is stored: say so in the room. */
  onStored: (draft: Draft) => void;
}

/** Uploads at the same time. */
const PARALLEL = 2;

/** The files on their way into one room. */
export class Uploads {
  readonly list = new Store<readonly Upload[]>([]);
  readonly #deps: UploadsDeps;
  readonly #running = new Map<string, AbortController>();

  constructor(deps: UploadsDeps) {
    this.#deps = deps;
  }

  add(files: Iterable<File>): void {
    const added = [...files].map<Upload>((file) => ({
      id: newId(),
      file,
      state: 'waiting',
      progress: 0,
      error: null,
    }));
    this.list.update((list) => [...list, ...added]);
    this.#next();
  }

  retry(id: string): void {
    this.#change(id, { state: 'waiting', progress: 0, error: null });
    this.#next();
  }

  /** Stops it, or takes a failed one off the list. */
  cancel(id: string): void {
    this.#running.get(id)?.abort();
    this.list.update((list) => list.filter((upload) => upload.id !== id));
    this.#next();
  }

  #next(): void {
    const waiting = this.list.get().filter((upload) => upload.state === 'waiting');
    const free = PARALLEL - this.#running.size;
    for (const upload of waiting.slice(0, Math.max(0, free))) void this.#run(upload);
  }

  async #run({ id, file }: Upload): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    this.#change(id, { state: 'uploading' });
    try {
      const stored = await this.#upload(id, file, controller.signal);
      this.list.update((list) => list.filter((upload) => upload.id !== id));
      this.#deps.onStored(draftFor(stored));
    } catch (error) {
      this.#change(id, { state: 'failed', error: describe(error) });
    } finally {
      this.#running.delete(id);
      this.#next();
    }
  }

  async #upload(id: string, file: File, signal: AbortSignal): Promise<FileInfo> {
    const token = await this.#deps.token();
    if (token === null) throw Problem.unreachable();
    const onProgress = (progress: number) => this.#change(id, { progress });
    return this.#deps.upload({ file, roomId: this.#deps.roomId, token, signal, onProgress });
  }

  #change(id: string, fields: Partial<Upload>): void {
    this.list.update((list) =>
      list.map((upload) => (upload.id === id ? { ...upload, ...fields } : upload)),
    );
  }
}

function draftFor(file: FileInfo): Draft {
  const message_type: MessageType = isPicture(file.content_type) ? 'image' : 'file';
  return { content: file.filename, message_type, file_url: `/api/files/${file.id}/download` };
}
