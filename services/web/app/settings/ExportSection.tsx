import { Button, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AccountExport } from '../api/forum-types';
import { exportPartPath, listExports, requestExport } from '../api/people';
import { FileBox } from '../files/FileCard';
import { Time } from '../people/Byline';
import { Trouble } from '../ui/ListFrame';
import { showProblem } from '../ui/toast';
import { Section } from './Section';
import classes from './Section.module.css';

const KEY = ['exports'];
/** While one is being made it is asked for so often. */
const POLL_MS = 3_000;

const STATES: Record<AccountExport['status'], string> = {
  running: 'being put together',
  done: 'ready',
  incomplete: 'ready, but some parts are missing',
};

/** All that is kept of oneself, to take away. */
export function ExportSection() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: KEY,
    queryFn: listExports,
    refetchInterval: ({ state }) =>
      state.data?.some((each) => each.status === 'running') === true ? POLL_MS : false,
  });
  const request = useMutation({
    mutationFn: requestExport,
    onError: showProblem,
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <Section id="export" title="Your data">
      <Text mb="sm">All that is kept of you, as files of JSON lines, for a week.</Text>
      <Button
        variant="default"
        size="sm"
        loading={request.isPending}
        onClick={() => request.mutate()}
      >
        Put it together
      </Button>
      <Trouble {...query} />
      <ul className={classes.list}>
        {query.data?.map((each) => (
          <Export key={each.id} wanted={each} />
        ))}
      </ul>
    </Section>
  );
}

function Export({ wanted }: { wanted: AccountExport }) {
  const { id, status, parts, requested_at } = wanted;
  return (
    <li>
      <p className={classes.note} role="status">
        Asked for <Time at={requested_at} />: {STATES[status]}
      </p>
      {parts.map(({ service, bytes }) => (
        <FileBox
          key={service}
          path={exportPartPath(id, service)}
          name={`${service}.jsonl`}
          size={bytes}
        />
      ))}
    </li>
  );
}
