#include "engine/engine.hpp"

#include "engine/state.hpp"

namespace trade {

Engine::Engine(const EngineCapacity& capacity) : state_(std::make_unique<State>(capacity)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

ApplyResult Engine::apply(const Command& command, std::vector<Event>& events) {
  return state_->apply(command, events);
}
ApplyResult Engine::check(const Command& command) const {
  return state_->check(command);
}

void Engine::prefetch(std::span<const Command> batch, std::size_t next) const {
  state_->prefetch(batch, next);
}

std::optional<Timestamp> Engine::next_expiry() const {
  return state_->next_expiry();
}

AccountId Engine::find_account(std::string_view name) const {
  return state_->accounts().find(name);
}
SymbolId Engine::find_symbol(std::string_view symbol) const {
  return state_->symbols().find(symbol);
}
std::optional<AccountView> Engine::account(AccountId id) const {
  return state_->account_view(id);
}
std::optional<SymbolView> Engine::symbol(SymbolId id) const {
  return state_->symbol_view(id);
}
std::optional<OrderView> Engine::order(OrderId id) const {
  return state_->order_view(id);
}
std::optional<HoldingsRow> Engine::holdings(AccountId id) const {
  return state_->holdings(id);
}
std::optional<Engine::OrderState> Engine::order_state(OrderId id) const {
  return state_->order_state(id);
}
VenueId Engine::find_venue(std::string_view name) const {
  return state_->routing().find(name);
}
std::optional<VenueView> Engine::venue(VenueId id) const {
  return state_->venue_view(id);
}
std::vector<DepthLevelView> Engine::book(SymbolId id, Side side) const {
  return state_->book_view(id, side);
}
std::uint32_t Engine::venue_count() const {
  return state_->routing().count();
}
SessionView Engine::session() const {
  return state_->session_view();
}
ClockPace Engine::clock_pace() const {
  return state_->clock_pace();
}
std::uint32_t Engine::account_count() const {
  return state_->accounts().count();
}
std::uint32_t Engine::symbol_count() const {
  return state_->symbols().count();
}
std::uint64_t Engine::open_order_count() const {
  return state_->orders().open_count();
}

Sequence Engine::last_sequence() const {
  return state_->log().last_sequence();
}
Timestamp Engine::last_timestamp() const {
  return state_->log().now();
}
std::uint64_t Engine::state_hash() const {
  return state_->log().value();
}
std::uint64_t Engine::full_state_hash() const {
  return state_->full_hash();
}

void Engine::add_to(ForkSnapshot& snapshot) const {
  state_->add_to(snapshot);
}

void Engine::save(ByteWriter& writer, engine::SavedLayout layout) const {
  state_->save(writer, layout);
}

Result<Engine> Engine::load(ByteReader& reader, const EngineCapacity& capacity) {
  Engine engine(capacity);
  if (Status status = engine.state_->load(reader); !status) return std::unexpected(std::move(status).error());
  return engine;
}

}  // namespace trade
