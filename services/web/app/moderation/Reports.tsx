import { Button, Group, NativeSelect } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { listReports, resolveReport, type Resolution } from '../api/discussion';
import type { Report } from '../api/forum-types';
import { threadPath } from '../paths';
import { AuthorName, Byline, Time } from '../people/Byline';
import { AskModal, type Question } from '../ui/AskModal';
import { ListFrame, More } from '../ui/ListFrame';
import { useUrlPages } from '../ui/url-pages';
import classes from './Moderation.module.css';

const NOTE_MAX = 1_000;
const STATES = ['open', 'resolved', 'dismissed'];

/** What members have reported, newest first. */
export function Reports() {
  const [params, setParams] = useSearchParams();
  const asked = params.get('status') ?? 'open';
  const status = STATES.includes(asked) ? asked : 'open';
  const client = useQueryClient();
  const list = useUrlPages(['reports', status], (after) => listReports({ status, after }));
  const [question, setQuestion] = useState<Question | null>(null);
  const ask = (report: Report, action: Resolution) =>
    setQuestion({
      ...QUESTIONS[action],
      field: { label: 'Note', isRequired: false, maxLength: NOTE_MAX },
      onConfirm: async (note) => {
        await resolveReport(report.id, action, note);
        await client.invalidateQueries({ queryKey: ['reports'] });
      },
    });
  return (
    <>
      <NativeSelect
        label="Which"
        mb="md"
        w="12rem"
        value={status}
        data={STATES}
        onChange={(event) => setParams({ status: event.currentTarget.value })}
      />
      <ListFrame
        {...list}
        isEmpty={list.items.length === 0}
        empty={status === 'open' ? 'There is nothing to look after.' : 'There is none.'}
      >
        <ul className={classes.list} aria-label="Reports">
          {list.items.map((report) => (
            <ReportRow key={report.id} report={report} ask={ask} />
          ))}
        </ul>
      </ListFrame>
      <More {...list} label="Earlier reports" />
      <AskModal question={question} onClose={() => setQuestion(null)} />
    </>
  );
}

const QUESTIONS: Record<Resolution, Pick<Question, 'title' | 'confirm' | 'isDanger'>> = {
  dismiss: { title: 'Nothing is wrong with it?', confirm: 'Dismiss' },
  resolve: { title: 'Is it taken care of?', confirm: 'Resolve' },
  delete: { title: 'Delete what was reported?', confirm: 'Delete', isDanger: true },
};

interface ReportRowProps {
  report: Report;
  ask: (report: Report, action: Resolution) => void;
}

function ReportRow({ report, ask }: ReportRowProps) {
  const { thread_id, comment_id, author, reporter } = report;
  return (
    <li className={classes.item}>
      <h2 className={classes.title}>
        <Link href={threadPath(thread_id, comment_id)} dir="auto">
          {comment_id === null ? report.title : `A comment in: ${report.title}`}
        </Link>
      </h2>
      <blockquote className={classes.quote} dir="auto">
        {report.excerpt}
      </blockquote>
      <p className={classes.meta}>
        written by <AuthorName author={author} />
        {report.is_deleted && ' · deleted since'} · in {report.category.name}
      </p>
      <p className={classes.reason} dir="auto">
        {report.reason}
      </p>
      <p className={classes.meta}>
        reported by <Byline author={reporter} createdAt={report.created_at} size={20} />
      </p>
      {report.status === 'open' ? (
        <Group gap="xs" mt="xs">
          <Button size="compact-sm" variant="default" onClick={() => ask(report, 'dismiss')}>
            Dismiss
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => ask(report, 'resolve')}>
            Resolve
          </Button>
          {!report.is_deleted && (
            <Button
              size="compact-sm"
              variant="light"
              color="red"
              onClick={() => ask(report, 'delete')}
            >
              Delete it
            </Button>
          )}
        </Group>
      ) : (
        <p className={classes.meta}>
          {report.status}
          {report.resolved_at !== null && (
            <>
              {' '}
              <Time at={report.resolved_at} />
            </>
          )}
          {report.resolution !== null && report.resolution !== '' && `: ${report.resolution}`}
        </p>
      )}
    </li>
  );
}
