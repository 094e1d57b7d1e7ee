/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tern-transport.h"

G_BEGIN_DECLS

TernTransport *tern_transport_new (TernEndpoint *endpoint,
                                   const char *address,
                                   TernTrust *trust,
                                   GSocketConnection *connection);

G_END_DECLS
