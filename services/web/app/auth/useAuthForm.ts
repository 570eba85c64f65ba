import { useForm } from '@mantine/form';
import { useState } from 'react';
import { placeError } from './problems';

type Values = Record<string, string>;

interface AuthFormOptions<T extends Values> {
  initial: T;
  validate: { [F in keyof T]?: (value: string, values: T) => React.ReactNode };
  /** What is thrown is shown at the field that it names, or above the form. */
  send: (values: T) => Promise<void>;
}

/** A form that is checked here and at the server, and tells what either finds in the same way. */
export function useAuthForm<T extends Values>({ initial, validate, send }: AuthFormOptions<T>) {
  const [problem, setProblem] = useState<string | null>(null);
  const form = useForm<Values>({
    initialValues: initial,
    validate: validate as Record<string, (value: string, values: Values) => React.ReactNode>,
  });
  const focusFirst = (errors: object) => form.getInputNode(Object.keys(errors)[0] ?? '')?.focus();
  const onSubmit = form.onSubmit(async (values) => {
    setProblem(null);
    try {
      await send(values as T);
    } catch (error) {
      const { field, text } = placeError(error, Object.keys(initial));
      if (field === null) setProblem(text);
      else form.setFieldError(field, text);
    }
  }, focusFirst);
  const field = (name: keyof T & string) => form.getInputProps(name);
  return { form, field, problem, onSubmit, isPending: form.submitting };
}
