// SPDX-License-Identifier: GPL-2.0-only
//
// Session: one client's conversation with a Service, without the socket. A line in, a line out.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "scx/stats/service.h"
#include "wire.h"

namespace scx::stats {

class Session {
 public:
  // Both outlive the session. `metadata` is service.metadata(), made once for all sessions.
  Session(const Service& service, const Json& metadata) : service_(service), metadata_(metadata) {}

  // The answer to one request, both without and with the newline at the end respectively. Handlers
  // that throw count as handlers that return an error.
  std::string answer(std::string_view line);

 private:
  Result<Json> handle(const wire::Request& request);
  Result<Json> stats(const Args& args);

  const Service& service_;
  const Json& metadata_;
  std::map<std::string, Handler, std::less<>> handlers_;  // of the targets asked for so far
};

}  // namespace scx::stats
