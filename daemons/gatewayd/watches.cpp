#include "gatewayd/watches.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace trade::gatewayd {

Watches::Wish Watches::begin(const std::vector<Kind>& kinds, const std::vector<std::string>& symbols) {
  const std::set<std::string_view> distinct(symbols.begin(), symbols.end());
  for (const Kind kind : kinds) {
    const BySymbol& watched = watches_[kind];
    const auto added =
        std::ranges::count_if(distinct, [&](std::string_view symbol) { return !watched.contains(symbol); });
    if (watched.size() + static_cast<std::size_t>(added) > symbols_max) return 0;
  }
  ++wishes_;
  for (const Kind kind : kinds) {
    for (const std::string_view symbol : distinct) {
      Watch& watch = watches_[kind][std::string(symbol)];
      watch.wish = wishes_;
      watch.begun = false;
    }
  }
  return wishes_;
}

bool Watches::end(Kind kind, std::string_view symbol) {
  BySymbol& watched = watches_[kind];
  const auto found = watched.find(symbol);
  if (found == watched.end()) return false;
  watched.erase(found);
  return true;
}

const Watches::Watch* Watches::find(Kind kind, std::string_view symbol) const {
  const auto watched = watches_.find(kind);
  if (watched == watches_.end()) return nullptr;
  const auto found = watched->second.find(symbol);
  return found == watched->second.end() ? nullptr : &found->second;
}

Watches::Wish Watches::unbegun(Kind kind, std::string_view symbol) const {
  const Watch* watch = find(kind, symbol);
  return watch == nullptr || watch->begun ? 0 : watch->wish;
}

bool Watches::awaits(Kind kind, std::string_view symbol, Wish wish) const {
  const Watch* watch = find(kind, symbol);
  return watch != nullptr && watch->wish == wish;
}

Watches::Begun Watches::tell_present(Kind kind, std::string_view symbol, Wish wish,
                                     std::vector<SequencedText> present) {
  Begun begun;
  if (!awaits(kind, symbol, wish)) return begun;
  Watch& watch = watches_[kind].find(symbol)->second;
  for (SequencedText& message : present) {
    if (kind != Kind::tape && message.sequence < watch.sent) continue;
    watch.sent = std::max(watch.sent, message.sequence);
    begun.present.push_back(std::move(message.text));
  }
  watch.begun = true;
  watch.known = true;
  for (SequencedText& message : std::exchange(watch.waiting, {})) {
    if (message.sequence <= watch.sent) continue;
    watch.sent = message.sequence;
    begun.changes.push_back(std::move(message.text));
  }
  return begun;
}

std::optional<Watches::Begun> Watches::fail(Kind kind, std::string_view symbol, Wish wish) {
  if (!awaits(kind, symbol, wish)) return Begun{};
  if (watches_[kind].find(symbol)->second.known) return tell_present(kind, symbol, wish, {});
  end(kind, symbol);
  return std::nullopt;
}

bool Watches::change(Kind kind, std::string_view symbol, Sequence sequence,
                     const std::function<MessageText()>& make, MessageText& text) {
  BySymbol& watched = watches_[kind];
  const auto found = watched.find(symbol);
  if (found == watched.end() || sequence <= found->second.sent) return true;
  Watch& watch = found->second;
  if (watch.begun) {
    watch.sent = sequence;
    text = make();
    return true;
  }
  // Of states the newest is enough.
  if (kind != Kind::tape) watch.waiting.clear();
  if (watch.waiting.size() >= waiting_max) return false;
  watch.waiting.push_back({sequence, make()});
  return true;
}

}  // namespace trade::gatewayd
