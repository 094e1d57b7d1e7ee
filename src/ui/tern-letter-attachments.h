/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-engine.h"

G_BEGIN_DECLS

#define TERN_TYPE_LETTER_ATTACHMENTS (tern_letter_attachments_get_type ())
G_DECLARE_FINAL_TYPE (
    TernLetterAttachments, tern_letter_attachments, TERN, LETTER_ATTACHMENTS, GtkBox)

void tern_letter_attachments_set_letter (TernLetterAttachments *self,
                                         TernEngine *engine,
                                         TernLetter *letter);

G_END_DECLS
