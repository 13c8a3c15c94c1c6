// Quotes for those who ask one at a time. Whoever asks for a symbol while a question about it is on its way
// to feedd waits for the next one, together with all others who came meanwhile: thousands of requests a
// second for one symbol become a question each round trip. The answer that anybody gets was asked for after
// he came, so it holds all that was durable then, as if he had asked alone.
#pragma once

#include <coroutine>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/task.hpp"
#include "gatewayd/upstream.hpp"
#include "model/views.hpp"

namespace trade::gatewayd {

/// Belongs to the loop's thread.
class FreshQuotes {
 public:
  explicit FreshQuotes(Upstream& upstream) : upstream_(upstream) {}
  FreshQuotes(const FreshQuotes&) = delete;
  FreshQuotes& operator=(const FreshQuotes&) = delete;

  /// The quote as /api/v1 tells it; made once for all who wait for it.
  Task<Result<std::shared_ptr<const std::string>>> ask(std::string symbol);

 private:
  using Answer = Result<std::shared_ptr<const std::string>>;
  struct Waiting {
    std::coroutine_handle<> handle;
    std::optional<Answer>* answer;
  };
  struct Asked {
    bool under_way = false;
    std::vector<Waiting> for_next;
  };
  struct Wait {
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle);
    void await_resume() noexcept {}

    FreshQuotes& quotes;
    const std::string& symbol;
    std::optional<Answer> answer;
  };

  void begin(const std::string& symbol);
  void end(const std::string& symbol, const std::vector<Waiting>& waiting, const Answer& answer);
  static Task<Answer> ask_feedd(Upstream& upstream, std::string symbol);

  Upstream& upstream_;
  std::map<std::string, Asked, std::less<>> asked_;  ///< symbols with a question under way
};

}  // namespace trade::gatewayd
