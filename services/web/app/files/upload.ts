import { Problem } from '../api/problem';
import type { FileInfo } from '../api/types';
import { formatSize } from './address';

export interface UploadRequest {
  file: File;
  /** Null for a file of no room. */
  roomId: string | null;
  token: string;
  signal: AbortSignal;
  /** From 0 to 1. */
  onProgress: (fraction: number) => void;
}

/** Above this a broken connection most likely means "too large". */
const LARGE_BYTES = 25 * 1024 * 1024;

/**
 * Uploads one file. By XMLHttpRequest, because fetch does not tell how far an upload is.
 * Throws `Problem`; an `AbortError` when cancelled.
 */
export function upload(request: UploadRequest): Promise<FileInfo> {
  const { file, roomId, token, signal, onProgress } = request;
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const cancel = () => xhr.abort();
    xhr.open('POST', '/api/files/upload');
    xhr.setRequestHeader('authorization', `Bearer ${token}`);
    xhr.responseType = 'text';
    xhr.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    xhr.onload = () => {
      const answer = parse(xhr.responseText);
      if (xhr.status >= 200 && xhr.status < 300) resolve(answer as FileInfo);
      else reject(Problem.from(xhr.status, new Headers(), answer));
    };
    xhr.onerror = () => reject(broken(file));
    xhr.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    xhr.onloadend = () => signal.removeEventListener('abort', cancel);
    signal.addEventListener('abort', cancel);
    const form = new FormData();
    if (roomId !== null) form.set('room_id', roomId);
    form.set('file', file, file.name);
    xhr.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function broken(file: File): Problem {
  if (file.size <= LARGE_BYTES) return Problem.unreachable();
  const detail = `The upload was cut off. ${formatSize(file.size)} is probably more than this server accepts.`;
  return new Problem(0, 'upload_cut_off', detail);
}
