#include "interchange/file_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/file_signature.h"

namespace cellwise::interchange {
namespace {

namespace fs = std::filesystem;

constexpr auto save_in_keras = "load it in Keras and save it as .keras (model.save('model.keras'))";
constexpr auto save_in_torch =
    "save its state_dict with safetensors.torch.save_file(model.state_dict(), 'model.safetensors')";

struct Kind {
    std::size_t offset;
    std::string_view bytes;
    const char* what;
    const char* remedy;
};

using namespace std::string_view_literals;
constexpr std::array kinds{
    Kind{0, "\x80\x02"sv, "a Python pickle, perhaps of torch.save or joblib", save_in_torch},
    Kind{0, "\x80\x03"sv, "a Python pickle, perhaps of torch.save or joblib", save_in_torch},
    Kind{0, "\x80\x04"sv, "a Python pickle, perhaps of torch.save or joblib", save_in_torch},
    Kind{0, "\x80\x05"sv, "a Python pickle, perhaps of torch.save or joblib", save_in_torch},
    Kind{4, "TFL3"sv, "a TensorFlow Lite model", "save the Keras model that it was made of as .keras"},
    Kind{0, "\x93NUMPY"sv, "an array of numpy", "name the model"},
    Kind{0, "GGUF"sv, "a GGUF file of llama.cpp", "Cellwise reads recurrent classifiers alone"},
    Kind{0, "\x1f\x8b"sv, "packed by gzip", "unpack it"},
    Kind{0, "BZh"sv, "packed by bzip2", "unpack it"},
    Kind{0,
         "\xfd"
         "7zXZ"sv,
         "packed by xz", "unpack it"},
    Kind{257, "ustar"sv, "a tar archive", "unpack it"},
    Kind{0, "{"sv, "JSON: a configuration without weights, perhaps of model.to_json()", "save the whole model"},
};

bool is_there(const fs::path& path) {
    std::error_code code;
    return fs::exists(path, code);
}

std::string described(const char* what, const char* remedy) { return fmt::format("{}: {}", what, remedy); }

}  // namespace

std::string describe_file(std::string_view first_bytes, const fs::path& path) {
    if (first_bytes.empty()) return "empty: copy or download it again";
    if (const auto told = foreign_file(first_bytes); !told.empty()) return std::string(told);
    for (const auto& kind : kinds) {
        if (first_bytes.size() >= kind.offset && first_bytes.substr(kind.offset).starts_with(kind.bytes)) {
            return described(kind.what, kind.remedy);
        }
    }
    const auto name = path.filename().string();
    if (name == "saved_model.pb" || name == "keras_metadata.pb") {
        return described("part of a SavedModel of TensorFlow", save_in_keras);
    }
    if (name == "checkpoint" || name.ends_with(".index") || name.find(".data-0") != std::string::npos) {
        return described("part of a checkpoint of TensorFlow",
                         "load it into the Keras model (load_weights) and save that as .keras");
    }
    if (name.ends_with(".onnx")) return described("an ONNX model", "save the model that it was made of");
    return "";
}

std::string describe_zip(const std::vector<std::string>& members) {
    const auto any = [&](const auto& matches) { return std::any_of(members.begin(), members.end(), matches); };
    const auto ends = [](std::string_view end) {
        return [end](const std::string& name) { return name.ends_with(end); };
    };
    if (any(ends("/constants.pkl"))) return described("a TorchScript model", save_in_torch);
    if (any(ends("/data.pkl"))) return described("a file of torch.save", save_in_torch);
    if (any(ends("saved_model.pb"))) return described("a packed SavedModel of TensorFlow", save_in_keras);
    if (any(ends(".npy"))) return described("an .npz archive of numpy", "name the model");
    if (any(ends("/config.json")) && any(ends("/model.weights.h5"))) {
        return described("a zip with the folder of a .keras file in it", "unpack it, and name that folder");
    }
    // A .keras file that lost its other members is told by what it lacks.
    if (any([](const std::string& name) { return name == "model.weights.h5"; })) return "";
    if (any(ends(".keras")) || any(ends(".h5"))) return described("a zip with a model file in it", "unpack it");
    return "";
}

std::string describe_folder(const fs::path& folder) {
    if (is_there(folder / "saved_model.pb")) return described("a SavedModel of TensorFlow", save_in_keras);
    if (is_there(folder / "keras_metadata.pb")) return described("part of a SavedModel of TensorFlow", save_in_keras);
    if (is_there(folder / "config.toml")) return "";  // a run
    if (is_there(folder / "data.pkl")) return described("an unpacked file of torch.save", save_in_torch);
    if (is_there(folder / "checkpoint")) {
        return described("a folder of TensorFlow's checkpoints",
                         "load one into the Keras model (load_weights) and save that as .keras");
    }
    if (is_there(folder / "config.json") && is_there(folder / "metadata.json")) {
        return described("part of an unpacked .keras file", "its model.weights.h5 is missing");
    }
    if (is_there(folder / "config.json")) {
        return described("a model of Hugging Face's transformers", "Cellwise reads recurrent classifiers alone");
    }
    return "";
}

bool is_unpacked_keras(const fs::path& folder) {
    return is_there(folder / "config.json") && is_there(folder / "model.weights.h5") &&
           !is_there(folder / "config.toml");
}

}  // namespace cellwise::interchange
