// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <fmt/core.h>

#include <exception>

namespace scx::stats {
namespace {

std::string names(const std::map<std::string, Opener, std::less<>>& targets) {
  std::string list;
  for (const auto& [name, open] : targets) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

}  // namespace

std::string Session::answer(std::string_view line) {
  try {
    const auto request = wire::parse_request(line);
    if (!request) return wire::format_error(request.error());
    const auto value = handle(*request);
    return value ? wire::format_answer(*value) : wire::format_error(value.error());
  } catch (const std::exception& thrown) {
    return wire::format_error({ErrorKind::invalid, 0, thrown.what(), {}, {}});
  }
}

Result<Json> Session::handle(const wire::Request& request) {
  if (request.req == "stats") return stats(request.args);
  if (request.req == "stats_meta") return metadata_;
  return fail(ErrorKind::invalid, fmt::format("unknown request '{}'", wire::excerpt(request.req)),
              "there are stats and stats_meta");
}

Result<Json> Session::stats(const Args& args) {
  const auto named = args.find("target");
  const std::string_view target = named == args.end() ? "top" : std::string_view(named->second);
  auto handler = handlers_.find(target);
  if (handler == handlers_.end()) {
    const auto known = service_.targets().find(target);
    if (known == service_.targets().end()) {
      return fail(ErrorKind::invalid, fmt::format("unknown target '{}'", wire::excerpt(target)),
                  fmt::format("there are: {}", names(service_.targets())));
    }
    handler = handlers_.emplace(known->first, known->second()).first;
  }
  return handler->second(args);
}

}  // namespace scx::stats
