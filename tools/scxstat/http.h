// SPDX-License-Identifier: GPL-2.0-only
//
// What Prometheus scrapes.
#pragma once

#include <string>

#include "exporter.h"
#include "scx/base/result.h"

namespace scx::scxstat {

struct Address {
  std::string host;
  int port = 0;
  bool operator==(const Address&) const = default;
};

// "PORT", "HOST:PORT" or "[IPV6]:PORT"; without a host it is this machine's own, 127.0.0.1. Errors:
// usage.
Result<Address> parse_address(const std::string& text);

// Serves /metrics until stop_fd gets readable; says on standard error where. Without a scheduler
// the answer is "scx_up 0", and what is wrong is said on standard error, once while it stays so.
// Errors: usage for an address that there is not, busy for one that is in use, permission, io.
Status serve(Exporter& exporter, const Address& address, int stop_fd);

}  // namespace scx::scxstat
