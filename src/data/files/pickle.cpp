#include "data/files/pickle.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "core/error.h"

namespace cellwise::data {
namespace {

// Far above what numpy writes for one array, far below what could hurt.
constexpr std::size_t most_stack = 4096;  // pickle appends a list's items 1000 at a time
constexpr std::size_t most_texts = 64;
constexpr std::size_t most_number_text = 64;
constexpr std::size_t most_tuples = 64;
constexpr std::size_t most_tuple_items = 16;
constexpr std::size_t most_memo = 64;

/// The only names a pickled array mentions.
enum class Name : std::int64_t { reconstruct, ndarray, dtype, encode };

enum class Kind : std::uint8_t { none, boolean, integer, text, name, tuple, mark, list, array, dtype };

/// number: the boolean, the integer, a Name, or the index of a text, tuple or list.
struct Value {
    Kind kind = Kind::none;
    std::int64_t number = 0;
};

class Machine {
public:
    explicit Machine(const NpyArray& source) : source_(source), bytes_(source.bytes) {}

    IntegerLists run() {
        if (next_byte() != 0x80) fail("it does not begin with a protocol number");
        const unsigned protocol = next_byte();
        if (protocol < 2 || protocol > 5) fail(fmt::format("pickle protocol {} is not one of 2 to 5", protocol));
        while (!stopped_) step(next_byte());
        if (position_ != bytes_.size()) fail("bytes after its end");
        return std::move(lists_);
    }

private:
    [[noreturn]] void fail(std::string_view what) const {
        throw DataError(fmt::format("{}: the pickle is not one that numpy writes for lists of numbers: {} (byte {})",
                                    source_.name, what, position_));
    }

    unsigned next_byte() {
        if (position_ == bytes_.size()) fail("it ends too early");
        return static_cast<unsigned char>(bytes_[position_++]);
    }
    std::uint64_t next_number(unsigned byte_count) {
        if (bytes_.size() - position_ < byte_count) fail("it ends too early");
        std::uint64_t number = 0;
        for (unsigned i = 0; i < byte_count; ++i) {
            number |= std::uint64_t{static_cast<unsigned char>(bytes_[position_++])} << (8 * i);
        }
        return number;
    }
    std::string_view next_text(std::uint64_t size) {
        if (size > most_number_text) fail("a text too long for an array's description");
        if (bytes_.size() - position_ < size) fail("it ends too early");
        const auto text = bytes_.substr(position_, size);
        position_ += size;
        return text;
    }
    std::string_view next_line() {
        const auto end = bytes_.substr(position_, most_number_text + 1).find('\n');
        if (end == std::string_view::npos) fail("a name without an end");
        const auto line = bytes_.substr(position_, end);
        position_ += end + 1;
        return line;
    }

    void push(Kind kind, std::int64_t number = 0) {
        if (stack_.size() == most_stack) fail("too many values at once");
        stack_.push_back({kind, number});
    }
    Value pop() {
        if (stack_.empty()) fail("an operation without its values");
        const Value value = stack_.back();
        stack_.pop_back();
        return value;
    }
    /// Where the topmost mark lies on the stack.
    std::size_t mark() const {
        for (std::size_t i = stack_.size(); i > 0; --i) {
            if (stack_[i - 1].kind == Kind::mark) return i - 1;
        }
        fail("a mark is missing");
    }

    void push_text(std::string_view text) {
        if (texts_.size() == most_texts) fail("too many texts");
        texts_.emplace_back(text);
        push(Kind::text, static_cast<std::int64_t>(texts_.size() - 1));
    }
    const std::string& text_of(const Value& value) const {
        if (value.kind != Kind::text) fail("a text is missing");
        return texts_[static_cast<std::size_t>(value.number)];
    }

    void push_tuple(std::size_t first) {
        if (tuples_.size() == most_tuples || stack_.size() - first > most_tuple_items) fail("too many tuples");
        std::vector<Value> items(stack_.begin() + static_cast<std::ptrdiff_t>(first), stack_.end());
        stack_.resize(first);
        tuples_.push_back(std::move(items));
        push(Kind::tuple, static_cast<std::int64_t>(tuples_.size() - 1));
    }
    void push_tuple_of(std::size_t count) {
        if (stack_.size() < count) fail("an operation without its values");
        push_tuple(stack_.size() - count);
    }
    void push_marked_tuple() {
        const std::size_t at = mark();
        stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(at));
        push_tuple(at);
    }
    const std::vector<Value>& tuple_of(const Value& value) const {
        if (value.kind != Kind::tuple) fail("a tuple is missing");
        return tuples_[static_cast<std::size_t>(value.number)];
    }

    void push_name(std::string_view module, std::string_view name) {
        if ((module == "numpy.core.multiarray" || module == "numpy._core.multiarray") && name == "_reconstruct") {
            push(Kind::name, static_cast<std::int64_t>(Name::reconstruct));
        } else if (module == "numpy" && name == "ndarray") {
            push(Kind::name, static_cast<std::int64_t>(Name::ndarray));
        } else if (module == "numpy" && name == "dtype") {
            push(Kind::name, static_cast<std::int64_t>(Name::dtype));
        } else if (module == "_codecs" && name == "encode") {
            push(Kind::name, static_cast<std::int64_t>(Name::encode));
        } else {
            fail(fmt::format("it names '{}.{}', which is refused", module, name));
        }
    }
    static bool is_name(const Value& value, Name name) {
        return value.kind == Kind::name && value.number == static_cast<std::int64_t>(name);
    }

    /// Remembers the topmost value, unless it is a list: those are never fetched again.
    void remember(std::uint64_t key) {
        if (stack_.empty() || stack_.back().kind == Kind::mark) fail("nothing to remember");
        ++remembered_;
        if (stack_.back().kind == Kind::list) return;
        if (memo_.size() == most_memo) fail("too much to remember");
        memo_.emplace_back(key, stack_.back());
    }
    void recall(std::uint64_t key) {
        for (const auto& [known, value] : memo_) {
            if (known != key) continue;
            push(value.kind, value.number);
            return;
        }
        fail("it fetches a value that was not remembered (or a list twice)");
    }

    /// The array's own list is the first; each later one holds numbers.
    void begin_list() {
        push(Kind::list, list_count_);
        if (list_count_ > 1) lists_.offsets.push_back(lists_.values.size());
        ++list_count_;
    }
    void append(std::size_t first) {
        if (first == 0 || stack_[first - 1].kind != Kind::list) fail("an append without a list");
        return stack_[first - 1].number == 0 ? append_lists(first) : append_numbers(first);
    }
    void append_lists(std::size_t first) {
        for (std::size_t i = first; i < stack_.size(); ++i) {
            if (stack_[i].kind != Kind::list) fail("an element of the array is no list");
            if (stack_[i].number != ++appended_lists_) fail("a list stands in the array twice or inside itself");
        }
        stack_.resize(first);
    }
    void append_numbers(std::size_t first) {
        // Pickle writes a list to its end before it begins the next; so the numbers lie back to back.
        if (stack_[first - 1].number != list_count_ - 1) fail("a list grows after the next one began");
        for (std::size_t i = first; i < stack_.size(); ++i) {
            if (stack_[i].kind != Kind::integer) fail("an item of a list is no whole number");
            lists_.values.push_back(static_cast<std::int32_t>(stack_[i].number));
        }
        stack_.resize(first);
    }
    void append_marked() {
        const std::size_t at = mark();
        const std::size_t count = stack_.size() - at - 1;
        stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(at));
        append(stack_.size() - count);
    }
    void append_one() {
        if (stack_.size() < 2) fail("an append without a list");
        append(stack_.size() - 1);
    }

    /// The three calls that a pickled array makes, acted out without calling anything.
    void reduce() {
        const auto& arguments = tuple_of(pop());
        const Value callable = pop();
        if (is_name(callable, Name::encode) && arguments.size() == 2 && text_of(arguments[1]) == "latin1") {
            push_text(std::string(text_of(arguments[0])));
        } else if (is_name(callable, Name::reconstruct) && arguments.size() == 3 &&
                   is_name(arguments[0], Name::ndarray) && tuple_of(arguments[1]).size() == 1 &&
                   text_of(arguments[2]) == "b") {
            push(Kind::array);
        } else if (is_name(callable, Name::dtype) && arguments.size() == 3 &&
                   (text_of(arguments[0]) == "O8" || text_of(arguments[0]) == "O4")) {
            push(Kind::dtype);
        } else {
            fail("it makes a call that is refused");
        }
    }

    void build() {
        const auto& state = tuple_of(pop());
        if (stack_.empty()) fail("a state without its object");
        if (stack_.back().kind == Kind::dtype) {
            if (state.size() < 2 || text_of(state[1]) != "|") fail("an element type other than objects");
        } else if (stack_.back().kind == Kind::array) {
            build_array(state);
        } else {
            fail("a state for something that has none");
        }
    }
    /// The state is (version, shape, element type, Fortran order, list of elements).
    void build_array(const std::vector<Value>& state) {
        if (built_ || state.size() != 5 || state[2].kind != Kind::dtype || state[4].kind != Kind::list ||
            state[4].number != 0) {
            fail("the array's state is not numpy's");
        }
        const auto& shape = tuple_of(state[1]);
        if (source_.shape.size() != 1 || shape.size() != 1 || shape[0].kind != Kind::integer ||
            shape[0].number != static_cast<std::int64_t>(source_.shape[0]) || shape[0].number != appended_lists_ ||
            list_count_ - 1 != appended_lists_) {
            fail(fmt::format("it holds {} lists, its header says shape ({})", appended_lists_,
                             fmt::join(source_.shape, ", ")));
        }
        if (appended_lists_ > 0) lists_.offsets.push_back(lists_.values.size());
        built_ = true;
    }
    void stop() {
        if (stack_.size() != 1 || stack_.back().kind != Kind::array || !built_) fail("it does not end with one array");
        stopped_ = true;
    }

    void push_long() {
        const unsigned size = next_byte();
        if (size > 4) fail("a number of more than 32 bits");
        std::uint64_t bits = next_number(size);
        if (size > 0 && size < 4 && (bits >> (8 * size - 1)) != 0) bits |= ~std::uint64_t{0} << (8 * size);
        push(Kind::integer, static_cast<std::int32_t>(static_cast<std::uint32_t>(bits)));
    }

    void step(unsigned opcode) {
        switch (opcode) {
            case 'K':
                return push(Kind::integer, static_cast<std::int64_t>(next_number(1)));
            case 'M':
                return push(Kind::integer, static_cast<std::int64_t>(next_number(2)));
            case 'J':
                return push(Kind::integer, static_cast<std::int32_t>(static_cast<std::uint32_t>(next_number(4))));
            case 0x8a:
                return push_long();
            case '(':
                return push(Kind::mark);
            case ']':
                return begin_list();
            case 'a':
                return append_one();
            case 'e':
                return append_marked();
            case 'q':
                return remember(next_number(1));
            case 'r':
                return remember(next_number(4));
            case 0x94:
                return remember(remembered_);
            case 'h':
                return recall(next_number(1));
            case 'j':
                return recall(next_number(4));
            case 'N':
                return push(Kind::none);
            case 0x88:
                return push(Kind::boolean, 1);
            case 0x89:
                return push(Kind::boolean, 0);
            case 'C':   // SHORT_BINBYTES
            case 'U':   // SHORT_BINSTRING, Python 2
            case 0x8c:  // SHORT_BINUNICODE
                return push_text(next_text(next_number(1)));
            case 'X':
                return push_text(next_text(next_number(4)));
            case ')':
                return push_tuple_of(0);
            case 0x85:
                return push_tuple_of(1);
            case 0x86:
                return push_tuple_of(2);
            case 0x87:
                return push_tuple_of(3);
            case 't':
                return push_marked_tuple();
            case 'c': {
                const auto module = next_line();
                return push_name(module, next_line());
            }
            case 0x93: {
                const Value name = pop();
                return push_name(text_of(pop()), text_of(name));
            }
            case 0x95:  // FRAME: a length for readers of streams
                if (next_number(8) > bytes_.size() - position_) fail("it ends too early");
                return;
            case 'R':
                return reduce();
            case 'b':
                return build();
            case '.':
                return stop();
            default:
                fail(fmt::format("operation 0x{:02x} is refused", opcode));
        }
    }

    const NpyArray& source_;
    std::string_view bytes_;
    std::size_t position_ = 0;
    std::vector<Value> stack_;
    std::vector<std::string> texts_;
    std::vector<std::vector<Value>> tuples_;
    std::vector<std::pair<std::uint64_t, Value>> memo_;
    std::uint64_t remembered_ = 0;
    std::int64_t list_count_ = 0;
    std::int64_t appended_lists_ = 0;
    bool built_ = false;
    bool stopped_ = false;
    IntegerLists lists_;
};

}  // namespace

IntegerLists read_integer_lists(const NpyArray& array) {
    if (array.dtype != DType::object) {
        throw DataError(
            fmt::format("{}: the array is {}; lists of numbers are needed", array.name, dtype_name(array.dtype)));
    }
    return Machine(array).run();
}

}  // namespace cellwise::data
