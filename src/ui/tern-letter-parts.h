/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <webkit/webkit.h>

#include "tern-engine.h"

G_BEGIN_DECLS

void
tern_letter_parts_serve (WebKitURISchemeRequest *request, TernEngine *engine, TernLetter *letter);

G_END_DECLS
