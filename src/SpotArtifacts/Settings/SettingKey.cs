namespace SpotArtifacts.Settings;

/// <summary>One setting: its name, what it allows, and what it means.</summary>
public abstract class SettingKey
{
    private protected SettingKey(string name, string allowed, string meaning) =>
        (Name, Allowed, Meaning) = (name, allowed, meaning);

    /// <summary>Lower-case, words joined by underscores, sections by dots: <c>spotting.learning_rate</c>.</summary>
    public string Name { get; }

    /// <summary>What is allowed, in words that follow "must be".</summary>
    public string Allowed { get; }

    /// <summary>What it is, its unit, and the source of the default; empty where that is written elsewhere.</summary>
    public string Meaning { get; }
}

/// <summary>
/// A setting of a record. Files, <c>--set</c> and what is written all go through the same text, so a value means the same
/// wherever it stands.
/// </summary>
/// <typeparam name="TOptions">The record.</typeparam>
public abstract class SettingKey<TOptions> : SettingKey
    where TOptions : class
{
    private protected SettingKey(string name, string allowed, string meaning) : base(name, allowed, meaning)
    {
    }

    /// <summary>The record's value as text that <see cref="TrySet"/> reads back to the same value.</summary>
    internal abstract string Get(TOptions options);

    /// <summary>Whether the record's value is within what is allowed.</summary>
    internal abstract bool IsValid(TOptions options);

    /// <summary>The record with this value, or false where the text is no value of this key or is out of range.</summary>
    internal abstract bool TrySet(TOptions options, string text, out TOptions changed);

    /// <summary>All texts there are, where they can be counted: names and switches; else none.</summary>
    internal virtual IReadOnlyList<string> Choices => [];

    /// <summary>What to say of a text that <see cref="TrySet"/> does not take.</summary>
    internal string Refusal(string text) => $"{Name} is '{text}', but must be {Allowed}.";
}

/// <summary>A setting of type <typeparamref name="T"/>.</summary>
internal sealed class SettingKey<TOptions, T>(
    PropertyPath property, SettingText<T> text, string allowed, Func<T, bool> isAllowed, string meaning, string? name)
    : SettingKey<TOptions>(name ?? property.Name, allowed, meaning)
    where TOptions : class
{
    internal override IReadOnlyList<string> Choices => SettingText.ChoicesOf<T>();

    internal override string Get(TOptions options) => text.Write((T)property.Get(options)!);

    internal override bool IsValid(TOptions options) => isAllowed((T)property.Get(options)!);

    internal override bool TrySet(TOptions options, string value, out TOptions changed)
    {
        changed = options;
        if (!text.TryRead(value, out T read) || !isAllowed(read))
            return false;
        changed = (TOptions)property.With(options, read);
        return true;
    }
}
