-- The list is by place since groups move in it: `notifications_sort_id` finds a user's, too.
drop index notifications_user_id;
