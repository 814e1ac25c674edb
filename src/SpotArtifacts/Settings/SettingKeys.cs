using System.Collections;
using System.Linq.Expressions;

namespace SpotArtifacts.Settings;

/// <summary>
/// The settings of an immutable record, in the order they are written. Each is added by its property, whose name in snake_case
/// is the setting's unless another is given, and whose initial value is the default:
/// <code>
/// SettingKeys&lt;ProbeOptions&gt; keys = new()
/// {
///     { o =&gt; o.Steps, 1, 100_000, "steps of training" },
///     { o =&gt; o.Rates, 0, 1000, "learning rates that are tried" },
///     { o =&gt; o.Mirror, "whether images are mirrored" },
/// };
/// </code>
/// </summary>
/// <typeparam name="TOptions">The record: properties with <c>init</c>, a value of its own for each.</typeparam>
public sealed class SettingKeys<TOptions> : IReadOnlyList<SettingKey<TOptions>>
    where TOptions : class
{
    private static readonly SettingText<int> s_wholeNumber = SettingText.WholeNumber<int>();
    private readonly List<SettingKey<TOptions>> _keys = [];

    /// <inheritdoc/>
    public int Count => _keys.Count;

    /// <inheritdoc/>
    public SettingKey<TOptions> this[int index] => _keys[index];

    /// <inheritdoc/>
    public IEnumerator<SettingKey<TOptions>> GetEnumerator() => _keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The setting of that name, or null.</summary>
    internal SettingKey<TOptions>? Find(string name) => _keys.Find(key => key.Name == name);

    /// <summary>Settings that several records share.</summary>
    public void Add(IEnumerable<SettingKey<TOptions>> keys) => _keys.AddRange(keys);

    /// <summary>A whole number within bounds; most is <see cref="int.MaxValue"/> where there is no upper one.</summary>
    public void Add(Expression<Func<TOptions, int>> property, int least, int most, string meaning = "", string? name = null) =>
        Add(property, s_wholeNumber,
            most == int.MaxValue ? $"a whole number of {least} or more" : $"a whole number from {least} to {most}",
            value => value >= least && value <= most, meaning, name);

    /// <summary>A number within bounds.</summary>
    public void Add(Expression<Func<TOptions, double>> property, double least, double most, string meaning = "",
        string? name = null) => Add(property, NumberRange.Between(least, most), meaning, name);

    /// <summary>Whole numbers, 1 or more, each within bounds.</summary>
    public void Add(Expression<Func<TOptions, IReadOnlyList<int>>> property, int least, int most, string meaning = "",
        string? name = null) =>
        Add(property, SettingText.List(s_wholeNumber), $"whole numbers from {least} to {most} with commas between",
            values => values.All(value => value >= least && value <= most), meaning, name);

    /// <summary>Numbers, 1 or more, each within bounds.</summary>
    public void Add(Expression<Func<TOptions, IReadOnlyList<double>>> property, double least, double most, string meaning = "",
        string? name = null)
    {
        var range = NumberRange.Between(least, most);
        Add(property, SettingText.List(SettingText.PlainNumber), $"numbers {range.Words} with commas between",
            values => values.All(range.Contains), meaning, name);
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public void Add(Expression<Func<TOptions, bool>> property, string meaning = "", string? name = null) =>
        Add(property, SettingText.Switch, "true or false", _ => true, meaning, name);

    /// <summary>A path or another free text.</summary>
    public void Add(Expression<Func<TOptions, string>> property, string meaning = "", string? name = null) =>
        Add(property, SettingText.Plain, "any text", _ => true, meaning, name);

    /// <summary>A name of an enumeration, in snake_case.</summary>
    public void Add<T>(Expression<Func<TOptions, T>> property, string meaning = "", string? name = null)
        where T : struct, Enum => Add(property, SettingText.Name<T>(), SettingText.Names<T>(), Enum.IsDefined, meaning, name);

    internal void Add(Expression<Func<TOptions, double>> property, NumberRange range, string meaning = "", string? name = null) =>
        Add(property, SettingText.Number, $"a number {range.Words}", range.Contains, meaning, name);

    internal void Add<T>(Expression<Func<TOptions, T>> property, SettingText<T> text, string allowed, Func<T, bool> isAllowed,
        string meaning = "", string? name = null) =>
        _keys.Add(new SettingKey<TOptions, T>(new PropertyPath(property), text, allowed, isAllowed, meaning, name));
}
