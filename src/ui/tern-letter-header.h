/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "tern-message.h"

G_BEGIN_DECLS

#define TERN_TYPE_LETTER_HEADER (tern_letter_header_get_type ())
G_DECLARE_FINAL_TYPE (TernLetterHeader, tern_letter_header, TERN, LETTER_HEADER, GtkBox)

void tern_letter_header_set_message (TernLetterHeader *self,
                                     TernMessage *message,
                                     const char *own_address);
void tern_letter_header_set_tags (TernLetterHeader *self, TernMessage *message);

G_END_DECLS
