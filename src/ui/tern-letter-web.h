/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "tern-engine.h"

G_BEGIN_DECLS

#define TERN_TYPE_LETTER_WEB (tern_letter_web_get_type ())
G_DECLARE_FINAL_TYPE (TernLetterWeb, tern_letter_web, TERN, LETTER_WEB, AdwBin)

GtkWidget *tern_letter_web_new (void);
void tern_letter_web_warm_up (TernLetterWeb *self);
void tern_letter_web_show (TernLetterWeb *self,
                           TernEngine *engine,
                           TernLetter *letter,
                           gboolean allow_remote);
void tern_letter_web_clear (TernLetterWeb *self);
void tern_letter_web_set_zoom (TernLetterWeb *self, double zoom);

G_END_DECLS
