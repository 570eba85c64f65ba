import type { Comment } from '../api/forum-types';

/** A comment with its answers. */
export interface CommentNode {
  comment: Comment;
  children: CommentNode[];
}

/**
 * Nests a flat list. Siblings stand in the order in which they were written; a comment that
 * comes twice is shown once; one whose parent is not in the list stands at the top.
 */
export function buildTree(comments: readonly Comment[]): CommentNode[] {
  const nodes = new Map<string, CommentNode>();
  for (const comment of comments) nodes.set(comment.id, { comment, children: [] });
  const top: CommentNode[] = [];
  const placed = new Set<string>();
  for (const [id, node] of nodes) {
    // A parent comes before its children, so there can be no ring.
    const parent = node.comment.parent_id ?? '';
    if (placed.has(parent)) nodes.get(parent)?.children.push(node);
    else top.push(node);
    placed.add(id);
  }
  for (const node of nodes.values()) node.children.sort(byTime);
  return top.sort(byTime);
}

/** Ids are UUIDv7: their order is that of time. */
function byTime(a: CommentNode, b: CommentNode): number {
  return a.comment.id < b.comment.id ? -1 : 1;
}

/** How many comments there are below a node. */
export function countBelow(node: CommentNode): number {
  let count = 0;
  const waiting = [...node.children];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    count += 1;
    waiting.push(...next.children);
  }
  return count;
}
