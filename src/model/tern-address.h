/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define TERN_TYPE_ADDRESS (tern_address_get_type ())

/**
 * TernAddress:
 * @name: (nullable): the display name, decoded, UTF-8
 * @address: `local@domain`, or "" where the sender gave none
 *
 * A mailbox of RFC 5322 section 3.4. Immutable, reference-counted; may cross threads.
 */
typedef struct
{
  const char *name;
  const char *address;
} TernAddress;

GType tern_address_get_type (void);
TernAddress *tern_address_new (const char *name, const char *address);
TernAddress *tern_address_ref (TernAddress *self);
void tern_address_unref (TernAddress *self);
const char *tern_address_get_display (const TernAddress *self);

char *tern_address_list_to_string (GPtrArray *addresses);
GPtrArray *tern_address_list_from_string (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TernAddress, tern_address_unref)

G_END_DECLS
