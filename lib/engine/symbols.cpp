#include "engine/symbols.hpp"

#include "engine/digest.hpp"

namespace trade::engine {

SymbolId Symbols::find(std::string_view name) const {
  return {name_index_.find(hash_text(name, 0),
                           [&](std::uint32_t id) { return records_[id - 1].name.view() == name; })};
}

SymbolId Symbols::add(const Symbol& name) {
  records_.emplace_back(pool_, &stop_memory_);
  records_.back().name = name;
  const SymbolId id{++count_};
  name_index_.insert(hash_text(name.view(), 0), id.value);
  return id;
}

}  // namespace trade::engine
