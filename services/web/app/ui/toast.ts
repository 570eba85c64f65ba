import { notifications } from '@mantine/notifications';
import { describe } from '../api/problem';

/** Says in passing what went wrong. */
export function showProblem(error: unknown): void {
  notifications.show({
    color: 'red',
    title: 'That did not work',
    message: describe(error),
    role: 'alert',
    closeButtonProps: { 'aria-label': 'Dismiss' },
  });
}

/** Says in passing that something is done. */
export function showDone(message: string): void {
  notifications.show({
    message,
    role: 'status',
    closeButtonProps: { 'aria-label': 'Dismiss' },
  });
}
