// SPDX-License-Identifier: GPL-2.0-only
//
// What a client of the statistics sends, line by line: the parser of requests, and a session that
// hands them on to targets.
#include <algorithm>
#include <map>
#include <string>

#include "fuzz.h"
#include "session.h"
#include "wire.h"

namespace scx::stats::fuzz {

using scx::fuzz::require;

struct Count {
  std::uint64_t n = 0;
};
SCX_METRICS(Count, "a count", counter(&Count::n, "n", "requests"));

struct Texts {
  std::map<std::string, std::string> texts;
};
SCX_METRICS(Texts, "what was said", field(&Texts::texts, "texts", "by name"));

namespace {

// top: counts for its connection. said: the arguments, sent back. refused, thrown: fail.
Service make_service() {
  Service service;
  service.add("top", Schema::of<Count>(), []() -> Handler {
    return
        [n = std::uint64_t{0}](const Args&) mutable -> Result<Json> { return to_json(Count{++n}); };
  });
  service.add("said", Schema::of<Texts>(), []() -> Handler {
    return [](const Args& args) -> Result<Json> {
      return to_json(Texts{{args.begin(), args.end()}});
    };
  });
  service.add("refused", Schema::of<Count>(), []() -> Handler {
    return
        [](const Args&) -> Result<Json> { return fail(ErrorKind::busy, "not now", "ask again"); };
  });
  service.add("thrown", Schema::of<Count>(), []() -> Handler {
    return
        [](const Args& args) -> Result<Json> { return to_json(Count{std::stoull(args.at("n"))}); };
  });
  require(service.status().has_value(), "the service is sound");
  return service;
}

// What is printed reads as the same request.
void check_request(std::string_view line) {
  const auto request = wire::parse_request(line);
  if (!request) return;
  std::string printed = wire::format_request(request->req, request->args);
  require(printed.find('\n') == printed.size() - 1, "a request is one line");
  printed.pop_back();
  const auto again = wire::parse_request(printed);
  require(again && again->req == request->req && again->args == request->args,
          "a request that is printed reads as the same");
}

void check_answer(std::string answer, std::size_t request_bytes) {
  require(answer.find('\n') == answer.size() - 1, "an answer is one line");
  answer.pop_back();
  const auto read = wire::parse_answer(answer);
  require(read.has_value(), "our own answer is one");
  require(read->err >= 0 && (read->err == 0) == read->sentence.empty(),
          "a failure has a number and a sentence");
  require(read->sentence.size() < 512, "a sentence does not repeat all of the request");
  require(answer.size() < 2048 + 12 * request_bytes, "an answer is bounded by what was asked");
}

}  // namespace
}  // namespace scx::stats::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace scx::stats;
  static const Service service = scx::stats::fuzz::make_service();
  static const Json metadata = service.metadata();
  Session session(service, metadata);
  std::string_view rest = scx::fuzz::text_of(data, size);
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    scx::stats::fuzz::check_request(line);
    scx::stats::fuzz::check_answer(session.answer(line), line.size());
  }
  return 0;
}
