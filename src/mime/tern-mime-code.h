/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * TernMimeCode:
 * @code: (nullable): a code to be typed in somewhere, without the gaps that it is shown with
 * @is_certain: whether a word near by says that it is a code
 * @link: (nullable): the web address by which something is confirmed
 *
 * What a letter of verification wants its reader to take along.
 */
typedef struct
{
  char *code;
  gboolean is_certain;
  char *link;
} TernMimeCode;

void
tern_mime_find_code (const char *subject, const char *text, const char *html, TernMimeCode *found);
void tern_mime_code_clear (TernMimeCode *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TernMimeCode, tern_mime_code_clear)

G_END_DECLS
