/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-engine.h"

G_BEGIN_DECLS

#define TERN_TYPE_LETTER_VIEW (tern_letter_view_get_type ())
G_DECLARE_FINAL_TYPE (TernLetterView, tern_letter_view, TERN, LETTER_VIEW, GtkWidget)

/* Actions: letter.zoom-in, letter.zoom-out, letter.zoom-normal. */
void tern_letter_view_set_up (TernLetterView *self, TernEngine *engine);
void tern_letter_view_warm_up (TernLetterView *self);
void tern_letter_view_open (TernLetterView *self, TernMessage *message);
void tern_letter_view_update (TernLetterView *self, TernMessage *message);
void tern_letter_view_show_letter (TernLetterView *self, TernLetter *letter);
void tern_letter_view_allow_remote (TernLetterView *self);

G_END_DECLS
