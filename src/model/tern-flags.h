/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernFlags:
 *
 * The state of a message in a folder that every channel knows (RFC 9051 section 2.3.2). The values
 * are part of the database's format.
 */
typedef enum
{
  TERN_FLAGS_NONE = 0,
  TERN_FLAGS_SEEN = 1 << 0,
  TERN_FLAGS_FLAGGED = 1 << 1,
  TERN_FLAGS_ANSWERED = 1 << 2,
  TERN_FLAGS_DRAFT = 1 << 3,
  TERN_FLAGS_DELETED = 1 << 4,
  TERN_FLAGS_FORWARDED = 1 << 5,
  TERN_FLAGS_JUNK = 1 << 6,
} TernFlags;

char *tern_flags_to_string (TernFlags flags);
gboolean tern_flags_from_name (const char *name, TernFlags *flag);

gboolean tern_keywords_are_valid (const char *keywords);
gboolean tern_keywords_contain (const char *keywords, const char *keyword);
char *tern_keywords_change (const char *keywords, const char *set, const char *clear);

G_END_DECLS
