import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useSearchParams } from 'wouter';
import { listCategories } from '../api/discussion';
import type { Category } from '../api/forum-types';
import { categoryPath } from '../paths';
import classes from './CategoryNav.module.css';

/** The categories that the reader may see. */
export function useCategories(): Category[] {
  const { data } = useQuery({
    queryKey: ['categories'],
    queryFn: listCategories,
    staleTime: 60_000,
  });
  return data ?? [];
}

export function CategoryNav({ onChosen }: { onChosen?: () => void }) {
  const categories = useCategories();
  const [path] = useLocation();
  const [search] = useSearchParams();
  const current = path === '/threads' ? search.get('category') : null;
  if (categories.length === 0) return null;
  return (
    <div>
      <h2 className={classes.title} id="fm-categories">
        Categories
      </h2>
      <ul className={classes.list} aria-labelledby="fm-categories">
        {categories.map(({ id, slug, name, description, read_role }) => (
          <li key={id}>
            <Link
              href={categoryPath(slug)}
              className={classes.link}
              title={description || undefined}
              aria-current={slug === current ? 'page' : undefined}
              onClick={() => onChosen?.()}
            >
              <span className={classes.name}>{name}</span>
              {read_role !== null && <span className={classes.role}>{read_role}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
