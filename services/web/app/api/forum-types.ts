/** The shapes of discussions, people and feeds on the wire, from the generated documents. */
import type { components as Discussion } from './generated/discussion';
import type { components as Feed } from './generated/feed';
import type { components as Identity } from './generated/identity';
import type { components as Notification } from './generated/notification';

/** The documents let fields that may be null be left out; the servers never leave one out. */
type Sent<T> = T extends readonly (infer U)[]
  ? Sent<U>[]
  : T extends object
    ? { [K in keyof T]-?: Sent<Exclude<T[K], undefined>> }
    : T;

type D = Discussion['schemas'];
type I = Identity['schemas'];

export type Author = Sent<D['Author']>;
export type CategoryName = D['CategoryRef'];
export type Category = Sent<D['Category']>;
export type NewCategory = D['NewCategory'];
export type Attachment = D['Attachment'];
/** A thread in a list. */
export type ThreadSummary = Sent<D['ThreadSummary']>;
export type Thread = Sent<D['Thread']>;
export type NewThread = D['NewThread'] & { category: string; tags: string[] };
export type Comment = Sent<D['Comment']>;
export type LikeAnswer = D['LikeState'];
/** A text that was replaced. */
export type Revision = Sent<D['Revision']>;
export type TagCount = D['TagCount'];
export type Report = Sent<D['Report']>;
export type AuditEntry = Sent<D['LogEntry']>;
/** A part of a text, with what was looked for in it. */
export type Excerpt = Sent<D['Snippet']>;
export type SearchHit = Sent<D['SearchResult']>;

/** An entry of a feed. */
export type FeedEntry = Sent<Feed['schemas']['Entry']>;

/** What is between the reader and somebody. */
export type Relationship = I['Relationship'];
/** What somebody says of themself. */
export type OwnProfile = Sent<Omit<I['Profile'], 'created_at' | 'updated_at'>>;
/** A member, as others see them. */
export type Profile = Sent<I['Person']>;
/** Somebody in a list. */
export type Person = Sent<I['Listed']>;
export type BannedPerson = Sent<I['Ban']>;
export type LoginSession = Sent<I['OwnSession']>;
export type AccountExport = Sent<I['Export']>;
export type Role = I['Role'];

/** Whether one is told of a kind of notification. */
export type Preference = Notification['schemas']['Preference'];
