import { useState } from 'react';
import { Link } from 'wouter';
import { subtreePath } from '../paths';
import { CommentItem } from './CommentItem';
import classes from './CommentTree.module.css';
import type { CommentNode } from './tree';
import { countBelow } from './tree';

/** So deep are answers indented; what is deeper has a page of its own. */
export const INDENT_MAX = 5;

interface CommentTreeProps {
  nodes: readonly CommentNode[];
  depth?: number;
}

/** Comments with their answers below them. */
export function CommentTree({ nodes, depth = 0 }: CommentTreeProps) {
  return (
    <ul className={classes.list} data-depth={depth}>
      {nodes.map((node) => (
        <Branch key={node.comment.id} node={node} depth={depth} />
      ))}
    </ul>
  );
}

function Branch({ node, depth }: { node: CommentNode; depth: number }) {
  const [isFolded, setFolded] = useState(false);
  const { comment, children } = node;
  const below = countBelow(node);
  const hasBelow = below > 0;
  return (
    <li className={classes.branch}>
      <CommentItem
        comment={comment}
        folded={isFolded ? below : null}
        onFold={hasBelow && depth < INDENT_MAX ? () => setFolded(!isFolded) : null}
      />
      {hasBelow && depth >= INDENT_MAX && (
        <Link href={subtreePath(comment.thread_id, comment.id)} className={classes.onward}>
          Continue thread <span aria-hidden="true">→</span>
          <span className="fm-hidden">, {below} more</span>
        </Link>
      )}
      {hasBelow && depth < INDENT_MAX && !isFolded && (
        <CommentTree nodes={children} depth={depth + 1} />
      )}
    </li>
  );
}
