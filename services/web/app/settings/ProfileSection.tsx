import { Button, FileButton, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { OwnProfile } from '../api/forum-types';
import { editProfile, getOwnProfile } from '../api/people';
import { describe, Problem } from '../api/problem';
import type { User } from '../api/types';
import { session } from '../auth/browser';
import { useAuthForm } from '../auth/useAuthForm';
import { upload } from '../files/upload';
import { PersonAvatar } from '../people/PersonAvatar';
import { FormProblem } from '../ui/FormProblem';
import { Trouble, Waiting } from '../ui/ListFrame';
import { showDone } from '../ui/toast';
import { Section } from './Section';

const KEY = ['own-profile'];

/** What others see of oneself. */
export function ProfileSection({ user }: { user: User }) {
  const query = useQuery({ queryKey: KEY, queryFn: () => ownProfile(user) });
  return (
    <Section id="profile" title="Profile">
      <Trouble {...query} />
      {query.isLoading && <Waiting />}
      {query.data && <ProfileForm profile={query.data} />}
    </Section>
  );
}

/** Who has said nothing yet has an empty one. */
async function ownProfile(user: User): Promise<OwnProfile> {
  try {
    return await getOwnProfile();
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error;
    const nothing = { display_name: null, bio: null, website: null, location: null };
    return { user_id: user.id, username: user.username, ...nothing, avatar_url: null };
  }
}

function ProfileForm({ profile }: { profile: OwnProfile }) {
  const client = useQueryClient();
  const [avatar, setAvatar] = useState(profile.avatar_url);
  const { field, problem, onSubmit, isPending } = useAuthForm({
    initial: {
      display_name: profile.display_name ?? '',
      bio: profile.bio ?? '',
      website: profile.website ?? '',
      location: profile.location ?? '',
    },
    validate: {},
    send: async (values) => {
      client.setQueryData(KEY, await editProfile({ ...values, avatar }));
      await client.invalidateQueries({ queryKey: ['profile'] });
      showDone('Your profile is saved.');
    },
  });
  return (
    <form onSubmit={onSubmit} noValidate aria-label="Profile">
      <Stack gap="md">
        <FormProblem text={problem} />
        <AvatarField profile={profile} url={avatar} onChange={setAvatar} />
        <TextInput label="Name" maxLength={64} {...field('display_name')} />
        <Textarea
          label="About you"
          autosize
          minRows={3}
          maxRows={10}
          maxLength={1000}
          {...field('bio')}
        />
        <TextInput label="Website" type="url" maxLength={500} {...field('website')} />
        <TextInput label="Place" maxLength={100} {...field('location')} />
        <Group>
          <Button type="submit" loading={isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface AvatarFieldProps {
  profile: OwnProfile;
  url: string | null;
  onChange: (url: string | null) => void;
}

const PICTURES = 'image/png,image/jpeg,image/gif,image/webp';

function AvatarField({ profile, url, onChange }: AvatarFieldProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const take = async (file: File | null) => {
    if (file === null) return;
    setPending(true);
    setProblem(null);
    try {
      onChange(await uploadPicture(file));
    } catch (error) {
      setProblem(describe(error));
    }
    setPending(false);
  };
  return (
    <div>
      <Group gap="md">
        <PersonAvatar id={profile.user_id} name={profile.username} url={url} size={64} />
        <FileButton accept={PICTURES} onChange={(file) => void take(file)}>
          {(props) => (
            <Button variant="default" size="sm" loading={isPending} {...props}>
              Choose a picture
            </Button>
          )}
        </FileButton>
        {url !== null && (
          <Button variant="subtle" size="sm" onClick={() => onChange(null)}>
            Take it away
          </Button>
        )}
      </Group>
      {problem !== null && (
        <Text c="var(--fm-danger)" size="sm" role="alert" mt={4}>
          {problem}
        </Text>
      )}
    </div>
  );
}

async function uploadPicture(file: File): Promise<string> {
  const token = await session.freshToken();
  if (token === null) throw Problem.unreachable();
  const { signal } = new AbortController();
  const stored = await upload({ file, roomId: null, token, signal, onProgress: () => undefined });
  return `/api/files/${stored.id}/download`;
}
