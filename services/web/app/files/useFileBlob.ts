import { useEffect, useState } from 'react';
import { describe } from '../api/problem';
import { download } from '../api/request';

export interface FileBlob {
  /** An object URL, while there is one. */
  url: string | null;
  type: string;
  error: string | null;
}

const NOTHING: FileBlob = { url: null, type: '', error: null };

/** The bytes behind a path of this site as an object URL, which ends with the component. */
export function useFileBlob(path: string): FileBlob & { retry: () => void } {
  const [file, setFile] = useState(NOTHING);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    let url: string | null = null;
    download(path, controller.signal)
      .then((blob) => {
        if (controller.signal.aborted) return;
        url = URL.createObjectURL(blob);
        setFile({ url, type: blob.type, error: null });
      })
      .catch((error: unknown) => {
        if (!controller.signal.aborted) setFile({ ...NOTHING, error: describe(error) });
      });
    return () => {
      controller.abort();
      if (url !== null) URL.revokeObjectURL(url);
    };
  }, [path, attempt]);
  const retry = () => {
    setFile(NOTHING);
    setAttempt((count) => count + 1);
  };
  return { ...file, retry };
}
