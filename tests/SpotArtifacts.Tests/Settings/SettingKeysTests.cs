using SpotArtifacts.Settings;

namespace SpotArtifacts.Tests.Settings;

public sealed class SettingKeysTests
{
    private static readonly SettingKeys<Outer> s_keys = new()
    {
        { o => o.MaxSteps, 1, 9, "steps" },
        { o => o.Part.Rate, 0, 0.5 },
        { o => o.Part.Ends, 0, 1 },
        { o => o.Sizes, 2, 4, "sizes", "sides" },
        { o => o.Part.On, "a switch" },
        o => o.Title,
        { o => o.Day, "a day" },
        SharedKeys<Outer>(),
    };

    [Fact]
    public void Add_Properties_AreNamedAndDescribed()
    {
        Assert.Equal(["max_steps", "part.rate", "part.ends", "sides", "part.on", "title", "day", "shared"],
            s_keys.Select(key => key.Name));
        Assert.Equal(["a whole number from 1 to 9", "a number from 0 to 0.5", "numbers from 0 to 1 with commas between",
            "whole numbers from 2 to 4 with commas between", "true or false", "any text", "friday or saturday",
            "a whole number of 0 or more"], s_keys.Select(key => key.Allowed));
        Assert.Equal(["steps", "", "", "sizes", "a switch", "", "a day", ""], s_keys.Select(key => key.Meaning));
    }

    [Theory]
    [InlineData("max_steps", "9")]
    [InlineData("part.rate", "0.5")]
    [InlineData("part.ends", "0.25,1")]
    [InlineData("sides", "4,2")]
    [InlineData("part.on", "true")]
    [InlineData("title", "a=b, c")]
    [InlineData("day", "saturday")]
    [InlineData("shared", "7")]
    public void TrySet_AllowedValue_ChangesACopyInThatPropertyOnly(string name, string text)
    {
        Outer before = new();
        string[] texts = [.. s_keys.Select(key => key.Get(before))];

        Assert.True(s_keys.Find(name)!.TrySet(before, text, out Outer changed));

        Assert.Equal(texts, s_keys.Select(key => key.Get(before)));
        Assert.Equal(s_keys.Select((key, i) => key.Name == name ? text : texts[i]), s_keys.Select(key => key.Get(changed)));
        Assert.True(s_keys.Find(name)!.IsValid(changed));
    }

    [Theory]
    [InlineData("max_steps", "0")]
    [InlineData("max_steps", "10")]
    [InlineData("max_steps", "2.0")]
    [InlineData("part.rate", "0.51")]
    [InlineData("part.rate", "NaN")]
    [InlineData("part.ends", "0.5,1.5")]
    [InlineData("sides", "2,5")]
    [InlineData("sides", "")]
    [InlineData("part.on", "1")]
    [InlineData("day", "monday")]
    [InlineData("shared", "-1")]
    public void TrySet_AnotherValue_ChangesNothingAndIsNamed(string name, string text)
    {
        Outer before = new();
        SettingKey<Outer> key = s_keys.Find(name)!;

        Assert.False(key.TrySet(before, text, out Outer changed));

        Assert.Same(before, changed);
        Assert.Equal($"{name} is '{text}', but must be {key.Allowed}.", key.Refusal(text));
    }

    [Fact]
    public void IsValid_RecordOutOfRange_IsFalse() => Assert.False(s_keys.Find("max_steps")!.IsValid(new() { MaxSteps = 10 }));

    [Fact]
    public void Find_NoSuchName_IsNull() => Assert.Null(s_keys.Find("MaxSteps"));

    [Fact]
    public void Add_NoPropertyWithInit_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new SettingKeys<Outer> { { o => o.Fixed, 0, 1 } });
        Assert.Throws<ArgumentException>(() => new SettingKeys<Outer> { { o => o.MaxSteps + 1, 0, 1 } });
        Assert.Throws<ArgumentException>(() => new SettingKeys<Outer> { { o => o.Title.Length, 0, 1 } });
    }

    private static SettingKeys<T> SharedKeys<T>()
        where T : Base => new() { { o => o.Shared, 0, int.MaxValue } };

    private abstract record Base
    {
        public int Shared { get; init; } = 3;
    }

    private sealed record Outer : Base
    {
        public int MaxSteps { get; init; } = 5;
        public Inner Part { get; init; } = new();
        public IReadOnlyList<int> Sizes { get; init; } = [2, 3];
        public string Title { get; init; } = "";
        public DayOfRest Day { get; init; }
        public int Fixed => MaxSteps;
    }

    private sealed record Inner
    {
        public double Rate { get; init; } = 0.25;
        public IReadOnlyList<double> Ends { get; init; } = [0, 1];
        public bool On { get; init; }
    }

    private enum DayOfRest
    {
        Friday,
        Saturday,
    }
}
