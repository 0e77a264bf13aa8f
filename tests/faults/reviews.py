"""Reviews to prepare, made on the spot."""


def small_review_folder(folder, each=300):
    """An unpacked review archive, `each` short reviews in each of its four folders; returns the folder that holds it."""
    for split in ("train", "test"):
        for label in ("pos", "neg"):
            place = folder / "aclImdb" / split / label
            place.mkdir(parents=True)
            for i in range(each):
                words = " ".join(f"{label} word{(i * 7 + k * k) % 997}" for k in range(40))
                (place / f"{i}_{9 if label == 'pos' else 2}.txt").write_text(words)
    return folder
