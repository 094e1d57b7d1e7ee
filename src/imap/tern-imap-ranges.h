/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernImapRanges:
 *
 * A set of UIDs as ranges. It is never expanded: what a server sends may claim four billion.
 */
typedef struct _TernImapRanges TernImapRanges;

TernImapRanges *tern_imap_ranges_new (void);
TernImapRanges *tern_imap_ranges_parse (const char *text);
void tern_imap_ranges_free (TernImapRanges *self);
void tern_imap_ranges_add (TernImapRanges *self, guint32 first, guint32 last);
void tern_imap_ranges_clip (TernImapRanges *self, guint32 first, guint32 last);
TernImapRanges *tern_imap_ranges_subtract (TernImapRanges *self, TernImapRanges *other);
GPtrArray *tern_imap_ranges_make_sets (TernImapRanges *self, gsize max_length);
guint64 tern_imap_ranges_count (const TernImapRanges *self);
gboolean tern_imap_ranges_contains (TernImapRanges *self, guint32 uid);
gboolean tern_imap_ranges_index (const TernImapRanges *self, guint32 uid, guint64 *index);
guint32 tern_imap_ranges_nth (const TernImapRanges *self, guint64 index);

GPtrArray *tern_imap_make_sets (const guint32 *uids, gsize n, gsize max_length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernImapRanges, tern_imap_ranges_free)

G_END_DECLS
