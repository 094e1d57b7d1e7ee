/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tern-imap-fetch-data.h"

#include <string.h>

/**
 * tern_imap_envelope_parse:
 * @self: (out caller-allocates): the envelope
 * @response: the response that it points into
 * @list: the list's node
 *
 * Reads an ENVELOPE (RFC 9051 section 7.5.2). `()` or anything else in the place of an address list
 * is none; missing fields at the end are NIL.
 *
 * Returns: whether @list is a list
 */
gboolean
tern_imap_envelope_parse (TernImapEnvelope *self, const TernImapResponse *response, guint list)
{
  guint fields[10] = { 0 };
  TernImapIter iter;
  guint node;

  memset (self, 0, sizeof *self);
  if (!tern_imap_response_is_list (response, list))
    return FALSE;
  tern_imap_iter_init (&iter, response, list);
  for (guint i = 0; i < G_N_ELEMENTS (fields) && (node = tern_imap_iter_next (&iter)) != 0; i++)
    fields[i] = node;
  if (fields[0] == 0)
    return FALSE;

  self->date = tern_imap_response_get_string (response, fields[0]);
  self->subject = fields[1] != 0 ? tern_imap_response_get_string (response, fields[1]) : NULL;
  self->from = fields[2];
  self->sender = fields[3];
  self->reply_to = fields[4];
  self->to = fields[5];
  self->cc = fields[6];
  self->bcc = fields[7];
  self->in_reply_to = fields[8] != 0 ? tern_imap_response_get_string (response, fields[8]) : NULL;
  self->message_id = fields[9] != 0 ? tern_imap_response_get_string (response, fields[9]) : NULL;
  return TRUE;
}

/**
 * tern_imap_address_next:
 * @iter: an iterator over an envelope's address list
 * @address: (out caller-allocates): the next address
 *
 * Steps over the marks of groups (RFC 9051 section 7.5.2: a host of NIL) and over what is no
 * address.
 *
 * Returns: whether there was one
 */
gboolean
tern_imap_address_next (TernImapIter *iter, TernImapAddress *address)
{
  guint node;

  while ((node = tern_imap_iter_next (iter)) != 0)
    {
      TernImapIter fields;
      guint values[4] = { 0 };

      tern_imap_iter_init (&fields, iter->response, node);
      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        values[i] = tern_imap_iter_next (&fields);
      if (values[3] == 0)
        continue;
      address->name = tern_imap_response_get_string (iter->response, values[0]);
      address->mailbox = tern_imap_response_get_string (iter->response, values[2]);
      address->host = tern_imap_response_get_string (iter->response, values[3]);
      if (address->host != NULL)
        return TRUE;
    }
  return FALSE;
}
