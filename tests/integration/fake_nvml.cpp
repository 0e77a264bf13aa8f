// Stands in for libnvidia-ml.so.1, the library of NVIDIA's driver, on machines without one. What it tells is
// in the environment: FAKE_DRIVER (a version; "broken": it does not start), FAKE_GPU (a name; none: no GPU) and
// FAKE_CAPABILITY ("75" for 7.5).
#include <cstdlib>
#include <cstring>

namespace {

const char* setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

int copy(const char* text, char* to, unsigned length) {
    if (std::strlen(text) + 1 > length) return 1;
    std::strcpy(to, text);
    return 0;
}

}  // namespace

extern "C" {
int nvmlInit_v2() { return std::strcmp(setting("FAKE_DRIVER"), "broken") == 0 ? 9 : 0; }
int nvmlShutdown() { return 0; }
int nvmlSystemGetDriverVersion(char* version, unsigned length) { return copy(setting("FAKE_DRIVER"), version, length); }
int nvmlDeviceGetCount_v2(unsigned* count) {
    *count = *setting("FAKE_GPU") == '\0' ? 0 : 1;
    return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
    static int only;
    *device = &only;
    return index == 0 ? 0 : 2;
}
int nvmlDeviceGetName(void*, char* name, unsigned length) { return copy(setting("FAKE_GPU"), name, length); }
int nvmlDeviceGetCudaComputeCapability(void*, int* major, int* minor) {
    const int capability = std::atoi(setting("FAKE_CAPABILITY"));
    *major = capability / 10;
    *minor = capability % 10;
    return 0;
}
int nvmlDeviceGetMemoryInfo(void*, unsigned long long* memory) {
    memory[0] = 80ULL << 30U;
    memory[1] = memory[2] = 0;
    return 0;
}
}
