/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define TERN_TYPE_SERVICE (tern_service_get_type ())

/**
 * TernService:
 * @id: the provider's id, as an account names it
 * @name: what people call it
 *
 * A provider of mail with whom an account can sign in without giving its password away. Immutable,
 * reference-counted; may cross threads.
 */
typedef struct
{
  const char *id;
  const char *name;
} TernService;

GType tern_service_get_type (void);
TernService *tern_service_new (const char *id, const char *name);
TernService *tern_service_ref (TernService *self);
void tern_service_unref (TernService *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernService, tern_service_unref)

G_END_DECLS
