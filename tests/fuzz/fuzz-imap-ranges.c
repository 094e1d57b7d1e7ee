/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "fuzz.h"
#include "tern-imap-ranges.h"

/* UIDs up to here are looked at one by one; the set itself may claim any. */
#define LAST 2000
#define MAX_SET 60

/* Each UID's place leads back to it, and a set holds no more than it claims. */
static void
check_set (TernImapRanges *ranges)
{
  g_autofree gboolean *found = g_new0 (gboolean, LAST + 1);
  guint64 count = tern_imap_ranges_count (ranges);
  guint64 n = 0;

  for (guint32 uid = 1; uid <= LAST; uid++)
    {
      guint64 index;

      found[uid] = tern_imap_ranges_index (ranges, uid, &index);
      if (!found[uid])
        continue;
      n++;
      g_assert_cmpuint (index, <, count);
      g_assert_cmpuint (tern_imap_ranges_nth (ranges, index), ==, uid);
    }
  g_assert_cmpuint (n, <=, count);
  g_assert_cmpuint (tern_imap_ranges_nth (ranges, count), ==, 0);
  for (guint32 uid = 1; uid <= LAST; uid++)
    g_assert_cmpint (tern_imap_ranges_contains (ranges, uid), ==, found[uid]);
}

/* Sets that are written hold exactly what they were made of, ascending and short. */
static void
check_writing (const guint8 *data, gsize size)
{
  g_autofree guint32 *uids = g_new0 (guint32, size + 1);
  g_autofree gboolean *wanted = g_new0 (gboolean, 65 * 256 + 1);
  g_autoptr (GPtrArray) sets = NULL;
  guint32 highest = 0;

  for (gsize i = 0; i < size; i++)
    {
      uids[i] = 1 + data[i] + (guint32) (i % 64) * 256;
      wanted[uids[i]] = TRUE;
    }
  sets = tern_imap_make_sets (uids, size, MAX_SET);
  for (guint i = 0; i < sets->len; i++)
    {
      g_autoptr (TernImapRanges) ranges = tern_imap_ranges_parse (sets->pdata[i]);
      guint64 n;

      g_assert_cmpuint (strlen (sets->pdata[i]), <=, MAX_SET);
      g_assert_nonnull (ranges);
      n = tern_imap_ranges_count (ranges);
      for (guint64 k = 0; k < n; k++)
        {
          guint32 uid = tern_imap_ranges_nth (ranges, k);

          g_assert_cmpuint (uid, >, highest);
          g_assert_true (wanted[uid]);
          wanted[uid] = FALSE;
          highest = uid;
        }
    }
  for (gsize i = 0; i < size; i++)
    g_assert_false (wanted[uids[i]]);
}

/* What is left of a set is what was in it and not in the other, and between two UIDs. */
static void
check_difference (const char *text, const char *other_text)
{
  g_autoptr (TernImapRanges) ranges = tern_imap_ranges_parse (text);
  g_autoptr (TernImapRanges) other = tern_imap_ranges_parse (other_text);
  g_autoptr (TernImapRanges) clipped = tern_imap_ranges_parse (text);
  g_autoptr (TernImapRanges) rest = NULL;

  if (ranges == NULL || other == NULL)
    return;
  rest = tern_imap_ranges_subtract (ranges, other);
  tern_imap_ranges_clip (clipped, LAST / 4, LAST / 2);
  g_assert_cmpuint (tern_imap_ranges_count (clipped), <=, LAST / 2 - LAST / 4 + 1);
  for (guint32 uid = 1; uid <= LAST; uid++)
    {
      gboolean is_in = tern_imap_ranges_contains (ranges, uid);

      g_assert_cmpint (tern_imap_ranges_contains (rest, uid), ==,
                       is_in && !tern_imap_ranges_contains (other, uid));
      g_assert_cmpint (tern_imap_ranges_contains (clipped, uid), ==,
                       is_in && uid >= LAST / 4 && uid <= LAST / 2);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup (size > 0 ? (const char *) data : "", size);
  g_auto (GStrv) two = g_strsplit (text, ";", 2);
  g_autoptr (TernImapRanges) ranges = tern_imap_ranges_parse (two[0]);

  if (ranges != NULL)
    check_set (ranges);
  if (ranges != NULL && two[1] != NULL)
    check_difference (two[0], two[1]);
  check_writing (data, MIN (size, 4096));
  return 0;
}
