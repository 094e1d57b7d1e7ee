/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-provider.h"

G_BEGIN_DECLS

typedef struct _TernProviders TernProviders;

TernProviders *tern_providers_load (const char *const *files, GError **error);
void tern_providers_free (TernProviders *self);
GPtrArray *tern_providers_list (TernProviders *self);
TernProvider *tern_providers_get (TernProviders *self, const char *id);
TernProvider *tern_providers_find (TernProviders *self, const char *email);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernProviders, tern_providers_free)

G_END_DECLS
