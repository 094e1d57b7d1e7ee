/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-address.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (TernAddress, tern_address, tern_address_ref, tern_address_unref)

/**
 * tern_address_new:
 * @name: (nullable): the display name, decoded; "" counts as none
 * @address: (nullable): `local@domain`
 *
 * Returns: (transfer full): a new address
 */
TernAddress *
tern_address_new (const char *name, const char *address)
{
  TernAddress *self = g_atomic_rc_box_new0 (TernAddress);

  self->name = name != NULL && *name != '\0' ? g_strdup (name) : NULL;
  self->address = g_strdup (address != NULL ? address : "");
  return self;
}

/**
 * tern_address_ref:
 * @self: an address
 *
 * Returns: (transfer full): @self
 */
TernAddress *
tern_address_ref (TernAddress *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
address_clear (gpointer data)
{
  TernAddress *self = data;

  g_free ((char *) self->name);
  g_free ((char *) self->address);
}

/**
 * tern_address_unref:
 * @self: (transfer full): an address
 *
 * Gives up a reference.
 */
void
tern_address_unref (TernAddress *self)
{
  g_atomic_rc_box_release_full (self, address_clear);
}

/**
 * tern_address_get_display:
 * @self: an address
 *
 * Returns: (transfer none): what a list shows for it: the name, else the address
 */
const char *
tern_address_get_display (const TernAddress *self)
{
  return self->name != NULL ? self->name : self->address;
}

/* The cache's form of a list: one address a line, name and address parted by a tab. Neither can
 * hold a control character, because decoding removes them. */

static void
append_clean (GString *out, const char *text)
{
  gsize start = out->len;

  g_string_append (out, text);
  for (char *p = out->str + start; (p = strpbrk (p, "\n\t")) != NULL; p++)
    *p = ' ';
}

/**
 * tern_address_list_to_string:
 * @addresses: (element-type TernAddress) (nullable): addresses
 *
 * Returns: (transfer full): the list in the form that tern_address_list_from_string() reads; it is
 *   for storage, not for people
 */
char *
tern_address_list_to_string (GPtrArray *addresses)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; addresses != NULL && i < addresses->len; i++)
    {
      const TernAddress *address = g_ptr_array_index (addresses, i);

      if (i > 0)
        g_string_append_c (out, '\n');
      if (address->name != NULL)
        append_clean (out, address->name);
      g_string_append_c (out, '\t');
      append_clean (out, address->address);
    }
  return g_string_free (out, FALSE);
}

/**
 * tern_address_list_from_string:
 * @text: (nullable): what tern_address_list_to_string() made
 *
 * Returns: (transfer full) (element-type TernAddress): the addresses
 */
GPtrArray *
tern_address_list_from_string (const char *text)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) tern_address_unref);

  while (text != NULL && *text != '\0')
    {
      gsize line = strcspn (text, "\n");
      gsize name = strcspn (text, "\t\n");

      if (name < line)
        {
          g_autofree char *n = g_strndup (text, name);
          g_autofree char *a = g_strndup (text + name + 1, line - name - 1);

          g_ptr_array_add (list, tern_address_new (n, a));
        }
      text += line + (text[line] == '\n');
    }
  return list;
}
