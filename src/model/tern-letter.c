/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-letter.h"

G_DEFINE_BOXED_TYPE (TernLetter, tern_letter, tern_letter_ref, tern_letter_unref)

/**
 * tern_letter_new:
 * @message: its header
 * @text: (nullable): its text/plain part
 * @html: (nullable): its text/html part
 *
 * Returns: (transfer full): a new letter
 */
TernLetter *
tern_letter_new (TernMessage *message, const char *text, const char *html)
{
  TernLetter *self = g_atomic_rc_box_new0 (TernLetter);

  self->message = tern_message_ref (message);
  self->text = g_strdup (text);
  self->html = g_strdup (html);
  return self;
}

/**
 * tern_letter_ref:
 * @self: a letter
 *
 * Returns: (transfer full): @self
 */
TernLetter *
tern_letter_ref (TernLetter *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
letter_clear (gpointer data)
{
  TernLetter *self = data;

  tern_message_unref (self->message);
  g_free ((char *) self->text);
  g_free ((char *) self->html);
}

/**
 * tern_letter_unref:
 * @self: (transfer full): a letter
 *
 * Gives up a reference.
 */
void
tern_letter_unref (TernLetter *self)
{
  g_atomic_rc_box_release_full (self, letter_clear);
}
