#include "gatewayd/fresh_quotes.hpp"

#include <utility>

#include "app/log.hpp"
#include "format/json.hpp"

namespace trade::gatewayd {

void FreshQuotes::Wait::await_suspend(std::coroutine_handle<> handle) {
  Asked& asked = quotes.asked_[symbol];
  asked.for_next.push_back({handle, &answer});
  if (!asked.under_way) quotes.begin(std::string(symbol));
}

Task<FreshQuotes::Answer> FreshQuotes::ask(std::string symbol) {
  Wait wait{*this, symbol, std::nullopt};
  co_await wait;
  co_return std::move(*wait.answer);
}

void FreshQuotes::begin(const std::string& symbol) {
  Asked& asked = asked_[symbol];
  asked.under_way = true;
  std::vector<Waiting> waiting = std::exchange(asked.for_next, {});
  start<Answer>(
      ask_feedd(upstream_, symbol),
      [this, symbol, waiting = std::move(waiting)](const Answer& answer) { end(symbol, waiting, answer); },
      [](const std::exception_ptr&) { spdlog::error("asking for a quote failed"); });
}

/// What has come meanwhile is asked for before anybody goes on: he may ask again.
void FreshQuotes::end(const std::string& symbol, const std::vector<Waiting>& waiting, const Answer& answer) {
  const auto asked = asked_.find(symbol);
  if (asked->second.for_next.empty()) {
    asked_.erase(asked);
  } else {
    begin(symbol);
  }
  for (const Waiting& one : waiting) {
    one.answer->emplace(answer);
    one.handle.resume();
  }
}

Task<FreshQuotes::Answer> FreshQuotes::ask_feedd(Upstream& upstream, std::string symbol) {
  std::vector<std::string> symbols{symbol};
  RequestBody body(QuotesRequest{std::move(symbols)});
  const auto reply = co_await upstream.ask<QuotesReply>(Daemon::feedd, std::move(body));
  if (!reply) co_return std::unexpected(reply.error());
  if (reply->quotes.size() != 1) {
    co_return fail(ErrorCode::internal, "feedd did not answer with the one quote that was asked for");
  }
  co_return std::make_shared<const std::string>(format::text_of(format::json_of(reply->quotes.front())));
}

}  // namespace trade::gatewayd
