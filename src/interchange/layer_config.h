#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace cellwise::interchange {

/// How a note ends on an option that predictions do not need.
constexpr auto matters_to_training =
    "matters to training alone and is not kept: predictions are the same, training on would differ";

/// The configuration of one Keras layer while it is read: every key must be asked for, and one that
/// nobody asked for is refused unless it is off. Errors are DataErrors that name file, layer and key.
class LayerConfig {
public:
    /// `layer`: {"class_name": …, "config": {…}}. Throws DataError if it is anything else.
    LayerConfig(const nlohmann::json& layer, const std::string& origin);

    [[nodiscard]] const std::string& class_name() const { return class_name_; }
    [[nodiscard]] const nlohmann::json& config() const { return *config_; }

    /// A size of at least 1 that must be there.
    std::int64_t size(const char* key);
    /// A share in [0, 1); `fallback` if the key is missing.
    double share(const char* key, double fallback);
    bool flag(const char* key, bool fallback);
    /// An activation's or policy's name, given as text or as {"config": …}.
    std::string name_of(const char* key, const std::string& fallback);

    /// The value must be this one, or missing.
    void require(const char* key, const nlohmann::json& only);
    /// A number that must be this one, or missing.
    void require_number(const char* key, double only);
    void require_name(const char* key, const std::string& only);
    /// Keys that do not matter to predictions.
    void ignore(std::initializer_list<const char*> keys);
    /// Keys that matter to training alone: `notes` gets a line for each that is set.
    void note(std::initializer_list<const char*> keys, std::vector<std::string>& notes);
    /// A share in [0, 1) that matters to training alone: `notes` gets a line unless it is 0.
    void note_share(const char* key, std::vector<std::string>& notes);
    /// The type must be one of floating point; all is computed in float32. Returns its name where Keras would
    /// compute in another ("float64", "mixed_float16"), else "".
    std::string other_dtype();

    /// Refuses the first key that nobody asked for and that is not null, false, 0 or empty.
    void finish() const;

    [[noreturn]] void refuse(const std::string& why) const;
    /// `only`: the one value that can be represented, where there is one.
    [[noreturn]] void refuse_option(std::string_view key, const nlohmann::json& value,
                                    const nlohmann::json& only = nullptr) const;
    /// "'model.keras': layer 'lstm' (LSTM)"
    [[nodiscard]] const std::string& where() const { return where_; }

private:
    const nlohmann::json* find(const char* key);

    std::string where_;
    std::string class_name_;
    const nlohmann::json* config_ = nullptr;
    std::set<std::string> asked_;
};

}  // namespace cellwise::interchange
