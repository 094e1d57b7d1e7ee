/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define TERN_TYPE_LETTER_TEXT (tern_letter_text_get_type ())
G_DECLARE_FINAL_TYPE (TernLetterText, tern_letter_text, TERN, LETTER_TEXT, GtkBox)

void tern_letter_text_set_text (TernLetterText *self, const char *text, gboolean flowed);
void tern_letter_text_set_zoom (TernLetterText *self, double zoom);

G_END_DECLS
