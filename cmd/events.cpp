// trade events: everything that happens, in order and without a gap, from any event on.
#include <set>

#include "arguments.hpp"
#include "commands.hpp"
#include "format/journal_json.hpp"
#include "journal_tail.hpp"
#include "stream.hpp"

namespace trade::cmd {

namespace {

/// While nothing comes, tradingd is asked this often.
constexpr std::chrono::milliseconds ask_interval{25};

struct Arguments {
  std::optional<std::uint64_t> from;
  bool until_now = false;
  StreamArguments stream;
};

/// Which events are about one account: those that name it, and that an order of its came to rest.
class AccountEvents {
 public:
  explicit AccountEvents(std::optional<std::string> account) : account_(std::move(account)) {}

  void start_batch() { orders_.clear(); }
  bool take(const format::Json& event) {
    if (!account_) return true;
    const auto order = event.find("order_id");
    const bool has_order = order != event.end() && order->is_string();
    if (concerns_account(event, *account_)) {
      if (has_order) orders_.insert(order->get<std::string>());
      return true;
    }
    // What an order's account is was told by the event that made it rest, of the same command.
    return has_order && !event.contains("account") && orders_.contains(order->get<std::string>());
  }

 private:
  std::optional<std::string> account_;
  std::set<std::string> orders_;
};

Result<ExitStatus> follow_events(Context& context, const Arguments& arguments) {
  Result<std::optional<std::string>> account = context.named_account();
  if (!account) return pass_on(std::move(account));
  Result<RecordStream> lines = context.output().stream(format::event_layout());
  if (!lines) return pass_on(std::move(lines));
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  std::optional<AccountView> known;
  if (*account) {
    Result<AccountView> found = (*client)->account(**account);
    if (!found) return pass_on(std::move(found));
    known = std::move(*found);
  }
  Result<ClientOptions> options = context.client_options();
  if (!options) return pass_on(std::move(options));
  StreamBounds bounds(context, arguments.stream);
  // Over the network the account's events are picked out where they are, by what its owner may see.
  const bool own = known && options->remote != nullptr;
  Result<JournalTail> tail = own ? JournalTail::open_own(**client, *known, arguments.from)
                                 : JournalTail::open(**client, *options, arguments.from);
  if (bounds.interrupted()) return ExitStatus::done;
  if (!tail) return pass_on(std::move(tail));
  AccountEvents wanted(own ? std::nullopt : *account);
  while (bounds.open()) {
    Result<std::optional<std::span<const Event>>> events = tail->next();
    if (bounds.interrupted()) break;
    if (!events) return pass_on(std::move(events));
    if (!*events) {
      if (arguments.until_now) break;
      bounds.await(-1, ask_interval);
      continue;
    }
    wanted.start_batch();
    for (const Event& event : **events) {
      if (arguments.until_now && event.sequence > tail->head()) return ExitStatus::done;
      const format::Json record = format::json_of(event, tail->names());
      if (!wanted.take(record)) continue;
      if (const auto text = lines->next(record)) bounds.write(*text);
      if (!bounds.open()) return ExitStatus::done;
    }
  }
  return ExitStatus::done;
}

}  // namespace

Handler define_events(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  add_value(app, "--from-sequence", arguments->from, parse_number, "N",
            "Begin with this event; without it with the next that happens");
  add_flag(app, "--until-now", arguments->until_now, "End with the last event there is");
  add_stream_bounds(app, arguments->stream);
  return [arguments](Context& context) { return follow_events(context, *arguments); };
}

}  // namespace trade::cmd
