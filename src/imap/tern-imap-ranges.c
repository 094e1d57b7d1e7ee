/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-ranges.h"

#include <string.h>

#include "tern-imap-limits.h"

typedef struct
{
  guint32 first;
  guint32 last;
} Range;

struct _TernImapRanges
{
  GArray *ranges; /* in the order in which they were added */
  gboolean sorted;
};

/**
 * tern_imap_ranges_new:
 *
 * Returns: (transfer full): an empty set
 */
TernImapRanges *
tern_imap_ranges_new (void)
{
  TernImapRanges *self = g_new0 (TernImapRanges, 1);

  self->ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  self->sorted = TRUE;
  return self;
}

/**
 * tern_imap_ranges_free:
 * @self: (transfer full): a set
 *
 * Frees it.
 */
void
tern_imap_ranges_free (TernImapRanges *self)
{
  g_array_unref (self->ranges);
  g_free (self);
}

/**
 * tern_imap_ranges_add:
 * @self: a set
 * @first: a UID, not 0
 * @last: a UID, not 0
 *
 * Adds all from one to the other, in any order.
 */
void
tern_imap_ranges_add (TernImapRanges *self, guint32 first, guint32 last)
{
  Range range = { MIN (first, last), MAX (first, last) };
  Range *before =
      self->ranges->len > 0 ? &g_array_index (self->ranges, Range, self->ranges->len - 1) : NULL;

  if (before != NULL && before->last != G_MAXUINT32 && range.first == before->last + 1)
    {
      before->last = range.last;
      return;
    }
  if (before != NULL && range.first <= before->last)
    self->sorted = FALSE;
  g_array_append_val (self->ranges, range);
}

/**
 * tern_imap_ranges_parse:
 * @text: (nullable): a uid-set of RFC 9051 section 9, without `*`
 *
 * Returns: (transfer full) (nullable): the set; %NULL where @text is none, or has more than
 *   %TERN_IMAP_MAX_NODES ranges
 */
TernImapRanges *
tern_imap_ranges_parse (const char *text)
{
  g_autoptr (TernImapRanges) self = tern_imap_ranges_new ();
  const char *p = text;

  if (text == NULL)
    return NULL;
  while (*p != '\0')
    {
      guint64 first, last;
      char *end;

      if (!g_ascii_isdigit (*p))
        return NULL;
      first = last = g_ascii_strtoull (p, &end, 10);
      if (*end == ':')
        {
          if (!g_ascii_isdigit (end[1]))
            return NULL;
          last = g_ascii_strtoull (end + 1, &end, 10);
        }
      if (first == 0 || last == 0 || first > G_MAXUINT32 || last > G_MAXUINT32 ||
          self->ranges->len >= TERN_IMAP_MAX_NODES)
        return NULL;
      tern_imap_ranges_add (self, (guint32) first, (guint32) last);
      if (*end == ',')
        end++;
      else if (*end != '\0')
        return NULL;
      p = end;
    }
  return g_steal_pointer (&self);
}

/**
 * tern_imap_ranges_count:
 * @self: a set
 *
 * Returns: how many UIDs its ranges claim
 */
guint64
tern_imap_ranges_count (const TernImapRanges *self)
{
  guint64 count = 0;

  for (guint i = 0; i < self->ranges->len; i++)
    {
      const Range *range = &g_array_index (self->ranges, Range, i);

      count += (guint64) range->last - range->first + 1;
    }
  return count;
}

static int
compare_ranges (gconstpointer a, gconstpointer b)
{
  const Range *left = a, *right = b;

  return left->first < right->first ? -1 : left->first > right->first;
}

/* Adds a range to a uid-set, and the set to @sets where it would get too long. */
static void
append_range (GPtrArray *sets, GString *set, guint32 first, guint32 last, gsize max_length)
{
  char range[32];

  if (first == last)
    g_snprintf (range, sizeof range, "%u", first);
  else
    g_snprintf (range, sizeof range, "%u:%u", first, last);
  if (set->len > 0 && set->len + 1 + strlen (range) > max_length)
    {
      g_ptr_array_add (sets, g_strdup (set->str));
      g_string_truncate (set, 0);
    }
  if (set->len > 0)
    g_string_append_c (set, ',');
  g_string_append (set, range);
}

static void
sort (TernImapRanges *self)
{
  g_autoptr (GArray) unsorted = NULL;

  if (self->sorted)
    return;
  unsorted = g_steal_pointer (&self->ranges);
  g_array_sort (unsorted, compare_ranges);
  self->ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  for (guint i = 0; i < unsorted->len; i++)
    {
      const Range *range = &g_array_index (unsorted, Range, i);
      Range *before = self->ranges->len > 0
                          ? &g_array_index (self->ranges, Range, self->ranges->len - 1)
                          : NULL;

      if (before != NULL && range->first <= before->last)
        before->last = MAX (before->last, range->last);
      else
        g_array_append_val (self->ranges, *range);
    }
  self->sorted = TRUE;
}

/**
 * tern_imap_ranges_clip:
 * @self: a set; the order of its ranges is lost
 * @first: the lowest UID that stays
 * @last: the highest UID that stays
 *
 * Takes out what lies beyond two UIDs, and what is named more than once.
 */
void
tern_imap_ranges_clip (TernImapRanges *self, guint32 first, guint32 last)
{
  guint kept = 0;

  sort (self);
  for (guint i = 0; i < self->ranges->len; i++)
    {
      Range range = g_array_index (self->ranges, Range, i);

      if (range.last < first || range.first > last)
        continue;
      range.first = MAX (range.first, first);
      range.last = MIN (range.last, last);
      g_array_index (self->ranges, Range, kept++) = range;
    }
  g_array_set_size (self->ranges, kept);
}

/**
 * tern_imap_ranges_subtract:
 * @self: a set; the order of its ranges is lost
 * @other: another; likewise
 *
 * Returns: (transfer full): what is in @self and not in @other
 */
TernImapRanges *
tern_imap_ranges_subtract (TernImapRanges *self, TernImapRanges *other)
{
  TernImapRanges *rest = tern_imap_ranges_new ();
  guint k = 0;

  sort (self);
  sort (other);
  for (guint i = 0; i < self->ranges->len; i++)
    {
      const Range *range = &g_array_index (self->ranges, Range, i);
      guint64 first = range->first;

      while (k < other->ranges->len && g_array_index (other->ranges, Range, k).last < first)
        k++;
      for (guint j = k; j < other->ranges->len && first <= range->last; j++)
        {
          const Range *hole = &g_array_index (other->ranges, Range, j);

          if (hole->first > range->last)
            break;
          if (hole->first > first)
            tern_imap_ranges_add (rest, (guint32) first, hole->first - 1);
          first = (guint64) hole->last + 1;
        }
      if (first <= range->last)
        tern_imap_ranges_add (rest, (guint32) first, range->last);
    }
  return rest;
}

/**
 * tern_imap_ranges_make_sets:
 * @self: a set; the order of its ranges is lost
 * @max_length: bytes that one uid-set may have
 *
 * Writes the set as uid-sets, ascending, as tern_imap_make_sets() does.
 *
 * Returns: (transfer full) (element-type utf8): the sets
 */
GPtrArray *
tern_imap_ranges_make_sets (TernImapRanges *self, gsize max_length)
{
  GPtrArray *sets = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) set = g_string_new (NULL);

  sort (self);
  for (guint i = 0; i < self->ranges->len; i++)
    {
      const Range *range = &g_array_index (self->ranges, Range, i);

      append_range (sets, set, range->first, range->last, max_length);
    }
  if (set->len > 0)
    g_ptr_array_add (sets, g_strdup (set->str));
  return sets;
}

/**
 * tern_imap_ranges_contains:
 * @self: a set; the order of its ranges is lost
 * @uid: a UID
 *
 * Returns: whether @uid is in it
 */
gboolean
tern_imap_ranges_contains (TernImapRanges *self, guint32 uid)
{
  guint low = 0, high;

  sort (self);
  high = self->ranges->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const Range *range = &g_array_index (self->ranges, Range, middle);

      if (uid < range->first)
        high = middle;
      else if (uid > range->last)
        low = middle + 1;
      else
        return TRUE;
    }
  return FALSE;
}

/**
 * tern_imap_ranges_index:
 * @self: a set
 * @uid: a UID
 * @index: (out): its place, counted from 0 in the order of the wire
 *
 * Returns: whether @uid is in the set
 */
gboolean
tern_imap_ranges_index (const TernImapRanges *self, guint32 uid, guint64 *index)
{
  guint64 before = 0;

  for (guint i = 0; i < self->ranges->len; i++)
    {
      const Range *range = &g_array_index (self->ranges, Range, i);

      if (uid >= range->first && uid <= range->last)
        {
          *index = before + (uid - range->first);
          return TRUE;
        }
      before += (guint64) range->last - range->first + 1;
    }
  return FALSE;
}

/**
 * tern_imap_ranges_nth:
 * @self: a set
 * @index: a place, from 0 in the order of the wire
 *
 * Returns: the UID there, 0 where the set is shorter
 */
guint32
tern_imap_ranges_nth (const TernImapRanges *self, guint64 index)
{
  for (guint i = 0; i < self->ranges->len; i++)
    {
      const Range *range = &g_array_index (self->ranges, Range, i);
      guint64 length = (guint64) range->last - range->first + 1;

      if (index < length)
        return range->first + (guint32) index;
      index -= length;
    }
  return 0;
}

static int
compare_uids (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *) a, right = *(const guint32 *) b;

  return left < right ? -1 : left > right;
}

/**
 * tern_imap_make_sets:
 * @uids: (array length=n): UIDs in any order
 * @n: how many
 * @max_length: bytes that one set may have
 *
 * Writes UIDs as uid-sets: ascending, for some servers refuse others, and split where a command
 * would get too long.
 *
 * Returns: (transfer full) (element-type utf8): the sets
 */
GPtrArray *
tern_imap_make_sets (const guint32 *uids, gsize n, gsize max_length)
{
  GPtrArray *sets = g_ptr_array_new_with_free_func (g_free);
  g_autofree guint32 *sorted = g_memdup2 (uids, n * sizeof *uids);
  g_autoptr (GString) set = g_string_new (NULL);

  if (n > 0)
    qsort (sorted, n, sizeof *sorted, compare_uids);
  for (gsize i = 0; i < n;)
    {
      gsize last = i;

      while (last + 1 < n && sorted[last + 1] - sorted[last] <= 1)
        last++;
      append_range (sets, set, sorted[i], sorted[last], max_length);
      i = last + 1;
    }
  if (set->len > 0)
    g_ptr_array_add (sets, g_strdup (set->str));
  return sets;
}
