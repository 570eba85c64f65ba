import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { createRoom, listRooms } from '../api/calls';

const KEY = ['rooms'];

/** The rooms, page after page. */
export function useRooms() {
  const query = useInfiniteQuery({
    queryKey: KEY,
    queryFn: ({ pageParam }) => listRooms(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: 60_000,
  });
  const rooms = query.data?.pages.flatMap((page) => page.rooms) ?? [];
  return { ...query, rooms };
}

export function useCreateRoom() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: createRoom,
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  });
}

/** Asks for the rooms again, for example after one was made by entering it. */
export function useRefreshRooms(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: KEY });
}
