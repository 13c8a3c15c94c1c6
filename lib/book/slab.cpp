#include "book/slab.hpp"

#include "base/assert.hpp"

namespace trade::detail {

void slab_is_full() {
  assertion_failed("room in the slab", __FILE__, __LINE__, "the book pool's bound was passed");
}

}  // namespace trade::detail
