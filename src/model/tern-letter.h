/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-message.h"

G_BEGIN_DECLS

#define TERN_TYPE_LETTER (tern_letter_get_type ())

/**
 * TernLetter:
 * @message: its header; the structure is known
 * @text: (nullable): its text/plain part, or what its HTML says as text; UTF-8; %NULL where it has
 *   neither
 * @html: (nullable): its text/html part, UTF-8, exactly as the sender wrote it: not fit to be shown
 *   before the HTML policy went over it
 *
 * A letter opened for reading. Parts beside the text are loaded one by one when they are wanted.
 * Immutable, reference-counted; may cross threads.
 */
typedef struct
{
  TernMessage *message;
  const char *text;
  const char *html;
} TernLetter;

GType tern_letter_get_type (void);
TernLetter *tern_letter_new (TernMessage *message, const char *text, const char *html);
TernLetter *tern_letter_ref (TernLetter *self);
void tern_letter_unref (TernLetter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernLetter, tern_letter_unref)

G_END_DECLS
