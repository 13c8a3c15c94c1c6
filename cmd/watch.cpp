// trade watch: the market and one's own account on a full screen.
#include <algorithm>
#include <array>
#include <cmath>

#include <poll.h>
#include <unistd.h>

#include "arguments.hpp"
#include "base/clock.hpp"
#include "commands.hpp"
#include "format/rejection.hpp"
#include "interrupt.hpp"
#include "watch_draw.hpp"
#include "watch_feed.hpp"
#include "watch_terminal.hpp"

namespace trade::cmd {

namespace {

/// At most thirty pictures a second, each of the newest there is.
constexpr std::int64_t picture_interval_ns = nanoseconds_per_second / 30;
constexpr std::int64_t look_up_interval_ns = 100 * nanoseconds_per_millisecond;

/// Does what was confirmed, and says what came of it.
class WatchActions {
 public:
  WatchActions(Client& client, WatchModel& model) : client_(client), model_(model) {}

  void run(const WatchAction& action) {
    std::visit([&](const auto& body) { submit(body, describe(action)); }, action);
  }

 private:
  void submit(const PlaceAction& action, const std::string& about) {
    PlaceOrder order;
    order.side = action.side;
    order.type = action.limit_price ? OrderType::limit : OrderType::market;
    order.quantity = action.quantity;
    order.limit_price = action.limit_price;
    submit({order, model_.account(), action.symbol}, about);
  }
  void submit(const ReplaceAction& action, const std::string& about) {
    ReplaceOrder replacement;
    replacement.order = action.order;
    replacement.quantity = action.quantity;
    replacement.limit_price = action.limit_price;
    submit({replacement, model_.account(), {}}, about);
  }
  void submit(const CancelAction& action, const std::string& about) {
    submit({CancelOrder{.account = {}, .order = action.order, .client_order_id = {}}, model_.account(), {}},
           about);
  }
  void submit(const CancelAllAction&, const std::string& about) {
    submit({CancelAllOrders{}, model_.account(), {}}, about);
  }
  void submit(const QuitAction&, const std::string&) {}

  void submit(const SubmittedCommand& command, const std::string& about) {
    const Result<SubmitReply> reply =
        client_.submit(SubmitRequest{.commands = {command}, .want_orders = true});
    if (!reply) return model_.tell(about + ": " + reply.error().message, true);
    if (reply->results.size() != 1) return model_.tell(about + ": no answer", true);
    const CommandResult& result = reply->results.front();
    if (result.reason != RejectReason::none)
      return model_.tell(format::rejection(result.reason, about).message, true);
    std::string text = about;
    if (const auto& order = result.order_view) {
      text += ": order " + std::to_string(order->id.value) + " " + std::string(name_of(order->status));
      if (order->filled_quantity) {
        text += ", " + format_quantity(order->filled_quantity) + " at " +
                format_price(average_price(order->filled_notional, order->filled_quantity));
      }
      if (is_terminal(order->status) && !order->filled_quantity && order->reject_reason != RejectReason::none)
        return model_.tell(format::rejection(order->reject_reason, about).message, true);
    } else if (result.affected > 0) {
      text += ": " + std::to_string(result.affected) + " cancelled";
    } else {
      text += ": done";
    }
    model_.tell(std::move(text));
  }

  Client& client_;
  WatchModel& model_;
};

/// Waits for a key, news or the time, whichever comes first.
void wait_for_any(const WatchFeed& feed, std::int64_t longest_ns) {
  const auto [quotes, depth, tape] = feed.descriptors();
  std::array<pollfd, 4> states{
      {{STDIN_FILENO, POLLIN, 0}, {quotes, POLLIN, 0}, {depth, POLLIN, 0}, {tape, POLLIN, 0}}};
  const std::int64_t milliseconds =
      (longest_ns + nanoseconds_per_millisecond - 1) / nanoseconds_per_millisecond;
  poll(states.data(), states.size(), static_cast<int>(std::max<std::int64_t>(milliseconds, 0)));
}

class Watch {
 public:
  Watch(ClientOptions options, Client& client, WatchTerminal& terminal, WatchModel& model,
        const std::vector<std::string>& symbols)
      : terminal_(terminal),
        model_(model),
        input_(model),
        feed_(std::move(options), symbols, model),
        actions_(client, model) {}

  /// What a run came to.
  struct Figures {
    std::uint64_t pictures = 0;
    std::uint64_t updates = 0;
    double seconds = 0;
    std::uint64_t most_pictures_a_second = 0;
  };
  [[nodiscard]] const Figures& figures() const { return figures_; }

  Result<ExitStatus> run() {
    const std::int64_t started_ns = monotonic_nanoseconds();
    Result<ExitStatus> ended = follow();
    figures_.seconds = static_cast<double>(monotonic_nanoseconds() - started_ns) / 1e9;
    figures_.updates = feed_.updates();
    return ended;
  }

 private:
  Result<ExitStatus> follow() {
    const CooperativeInterrupt interrupt;
    if (Status opened = feed_.open(); !opened) return pass_on(std::move(opened));
    std::int64_t drawn_ns = 0;
    bool changed = true;
    while (!interrupt.requested()) {
      changed = feed_.take() || changed;
      if (!take_keys(changed)) return ExitStatus::done;
      const std::int64_t due_ns = drawn_ns + picture_interval_ns;
      const std::int64_t now_ns = monotonic_nanoseconds();
      if (changed && now_ns >= due_ns) {
        draw();
        drawn_ns = now_ns;
        changed = false;
      }
      // While a picture is due news need not be waited for: they would only be drawn with it.
      if (changed) {
        usleep(static_cast<useconds_t>(std::max<std::int64_t>(due_ns - now_ns, 0) / 1'000 / 4 + 1));
      } else {
        wait_for_any(feed_, look_up_interval_ns);
      }
    }
    return ExitStatus::done;
  }

  /// False when it is to end.
  bool take_keys(bool& changed) {
    for (;;) {
      const WatchTerminal::Input input = terminal_.read();
      if (input.closed) return false;
      changed = changed || input.resized || input.key;
      if (!input.key && !input.resized) return true;
      if (!input.key) continue;
      model_.tell({});
      const std::optional<WatchAction> action = input_.press(*input.key);
      if (!action) continue;
      if (std::holds_alternative<QuitAction>(*action)) return false;
      actions_.run(*action);
      feed_.look_at_account();
    }
  }
  void draw() {
    Screen screen(terminal_.width(), terminal_.height());
    draw_watch(screen, model_, input_, terminal_.color());
    terminal_.show(screen);
    ++figures_.pictures;
    const std::int64_t second = monotonic_nanoseconds() / nanoseconds_per_second;
    pictures_in_second_ = second == second_ ? pictures_in_second_ + 1 : 1;
    second_ = second;
    figures_.most_pictures_a_second = std::max(figures_.most_pictures_a_second, pictures_in_second_);
  }

  WatchTerminal& terminal_;
  WatchModel& model_;
  WatchInput input_;
  WatchFeed feed_;
  WatchActions actions_;
  Figures figures_;
  std::int64_t second_ = 0;
  std::uint64_t pictures_in_second_ = 0;
};

Result<ExitStatus> watch(Context& context, const std::vector<std::string>& symbols) {
  Result<ClientOptions> options = context.client_options();
  if (!options) return pass_on(std::move(options));
  Result<Client*> client = context.client();
  if (!client) return pass_on(std::move(client));
  // Where several accounts are there and none is named, the market alone is shown.
  Result<std::string> account = context.account();
  if (!account && account.error().code != ErrorCode::usage && account.error().code != ErrorCode::not_found)
    return pass_on(std::move(account));
  WatchModel model(symbols, account ? *account : std::string());
  // What is wrong from the start is said on the terminal as it is.
  if (auto quotes = (*client)->quotes(symbols); !quotes) return pass_on(std::move(quotes));
  Result<WatchTerminal> terminal = WatchTerminal::open(color_allowed(context.globals().no_color));
  if (!terminal) return pass_on(std::move(terminal));
  Watch::Figures figures;
  Result<ExitStatus> ended = ExitStatus::done;
  {
    // The terminal is given back before anything is said on it.
    WatchTerminal shown = std::move(*terminal);
    Watch screen(std::move(*options), **client, shown, model, symbols);
    ended = screen.run();
    figures = screen.figures();
  }
  context.detail("watch: " + std::to_string(figures.updates) + " updates and " +
                 std::to_string(figures.pictures) + " pictures in " +
                 std::to_string(std::llround(figures.seconds * 1'000)) + " ms, at most " +
                 std::to_string(figures.most_pictures_a_second) + " pictures in a second");
  return ended;
}

}  // namespace

Handler define_watch(CLI::App& app) {
  auto symbols = std::make_shared<std::vector<std::string>>();
  add_values(app, "symbol", *symbols, parse_symbol_text, symbol_kind,
             "The symbols, in this order; without any, all of them by name");
  return [symbols](Context& context) { return watch(context, *symbols); };
}

}  // namespace trade::cmd
