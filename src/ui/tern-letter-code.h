/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-message.h"

G_BEGIN_DECLS

#define TERN_TYPE_LETTER_CODE (tern_letter_code_get_type ())
G_DECLARE_FINAL_TYPE (TernLetterCode, tern_letter_code, TERN, LETTER_CODE, GtkBox)

void tern_letter_code_set_message (TernLetterCode *self, const TernMessage *message);

G_END_DECLS
