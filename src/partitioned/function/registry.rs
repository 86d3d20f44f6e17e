//! Functions by name, so that another process of the same program can find them.
//!
//! Code does not travel. Client, scheduler and executor are one binary, each has this list, and what crosses the border
//! is a name, a version, and parameters as JSON.

use std::borrow::Borrow;

use serde::de::DeserializeOwned;

use super::into_function::{WithInit, WithParams};
use super::into_sides::OfSides;
use super::{Function, IntoFunction, IntoSidesFunction, PartOf};
use crate::error::{Error, Result};

/// An entry of the list, made by [`register!`](crate::register).
///
/// ```
/// fn longest(flights: polars::prelude::DataFrame) -> polars::prelude::DataFrame {
///     flights.head(Some(1))
/// }
/// outgrow::register!(longest, validate = "presort_has: distance desc");
/// let entry = outgrow::partitioned::registered("longest")?;
/// assert_eq!((entry.name, entry.version, entry.rules), ("longest", 1, "presort_has: distance desc"));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub struct Registered {
    /// What the function is called on every side of a border.
    pub name: &'static str,
    /// Raised when the function's meaning changes: two sides with different versions must not work together.
    pub version: u32,
    /// Rules that hold for every call of it, as in [`validate`](super::super::Transform::validate).
    pub rules: &'static str,
    #[doc(hidden)]
    pub type_name: fn() -> &'static str,
    #[doc(hidden)]
    pub init_type_name: fn() -> &'static str,
    #[doc(hidden)]
    pub make: fn(&serde_json::Value) -> anyhow::Result<Box<dyn Function>>,
}

inventory::collect!(Registered);

impl Registered {
    /// The function, ready to be run with these parameters.
    ///
    /// ```
    /// fn shortest(flights: polars::prelude::DataFrame, count: &usize) -> polars::prelude::DataFrame {
    ///     flights.head(Some(*count))
    /// }
    /// outgrow::register!(shortest);
    /// let entry = outgrow::partitioned::registered("shortest")?;
    /// let function = entry.function(&serde_json::json!(3))?;
    /// assert_eq!(function.columns(0), None);
    /// assert!(entry.function(&serde_json::json!("three")).is_err());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] for parameters that are not the ones it takes.
    pub fn function(&self, params: &serde_json::Value) -> Result<Box<dyn Function>> {
        (self.make)(params).map_err(|error| {
            let name = self.name;
            Error::input(format!("function `{name}`: its parameters cannot be read: {error:#}. Both sides must agree."))
        })
    }

    pub(in super::super) fn of_type(type_name: &str) -> Option<&'static Self> {
        inventory::iter::<Registered>.into_iter().find(|entry| (entry.type_name)() == type_name)
    }
}

/// The function that was registered under this name.
///
/// ```
/// let error = outgrow::partitioned::registered("wurst_delay").err().unwrap().to_string();
/// assert!(error.starts_with("no function `wurst_delay` is registered"));
/// ```
///
/// # Errors
/// [`Error::Input`] when there is none, or more than one.
pub fn registered(name: &str) -> Result<&'static Registered> {
    let mut found = inventory::iter::<Registered>.into_iter().filter(|entry| entry.name == name);
    match (found.next(), found.next()) {
        (Some(entry), None) => Ok(entry),
        (None, _) => {
            let mut names: Vec<&str> = inventory::iter::<Registered>.into_iter().map(|entry| entry.name).collect();
            names.sort_unstable();
            let names = if names.is_empty() { "none is".to_string() } else { names.join(", ") };
            Err(Error::input(format!("no function `{name}` is registered; {names}. Add outgrow::register!({name});")))
        }
        (Some(one), Some(other)) => Err(Error::input(format!(
            "two functions are registered as `{name}`: {} and {}. Give one another name: register!(f, name = \"...\").",
            (one.type_name)(),
            (other.type_name)()
        ))),
    }
}

/// What an engine needs to have a function called in another process.
///
/// What is sent to another process: see the example at [`Engine`](crate::partitioned::Engine).
#[derive(Clone, Debug)]
pub struct Signature {
    /// The name it was registered under.
    pub name: &'static str,
    /// The version on this side.
    pub version: u32,
    /// Its parameters.
    pub params: serde_json::Value,
}

/// How set-up once per physical partition is written: `fn() -> Result<P, E>` or `fn(&Q) -> Result<P, E>`.
///
/// ```
/// use outgrow::partitioned::{Serial, by, transform};
/// # use polars::prelude::*;
/// /// Once per physical partition, and not per carrier.
/// fn airlines() -> std::io::Result<Vec<String>> {
///     Ok(vec!["UA".into(), "AA".into()])
/// }
/// fn known(flights: DataFrame, airlines: &[String]) -> PolarsResult<DataFrame> {
///     let carrier = flights.column("carrier")?.str()?.get(0).unwrap_or_default().to_string();
///     Ok(if airlines.contains(&carrier) { flights } else { flights.clear() })
/// }
/// let flights = df!("carrier" => ["UA", "XX"])?;
/// let call = transform(flights, known).on_init(airlines).params(()).schema("*").partition(by(["carrier"]));
/// assert!(call.run(&Serial)?.equals(&df!("carrier" => ["UA"])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
pub trait IntoInit<P, How>: Send + Sync {
    /// What the set-up itself needs; `()` when nothing.
    type Params: Send + Sync;

    #[doc(hidden)]
    fn make(&self, params: &Self::Params) -> anyhow::Result<P>;
}

impl<F, P, E> IntoInit<P, fn() -> E> for F
where
    F: Fn() -> std::result::Result<P, E> + Send + Sync,
    E: Into<anyhow::Error>,
{
    type Params = ();

    fn make(&self, (): &()) -> anyhow::Result<P> {
        self().map_err(Into::into)
    }
}

impl<F, P, Q, E> IntoInit<P, fn(&Q) -> E> for F
where
    F: Fn(&Q) -> std::result::Result<P, E> + Send + Sync,
    Q: Send + Sync,
    E: Into<anyhow::Error>,
{
    type Params = Q;

    fn make(&self, params: &Q) -> anyhow::Result<P> {
        self(params).map_err(Into::into)
    }
}

impl<F, P, Q, E> IntoInit<P, fn(Box<Q>) -> E> for F
where
    F: Fn(&Q) -> std::result::Result<P, E> + Send + Sync,
    Q: PartOf + ?Sized,
    E: Into<anyhow::Error>,
{
    type Params = Q::Whole;

    fn make(&self, params: &Q::Whole) -> anyhow::Result<P> {
        self(params.borrow()).map_err(Into::into)
    }
}

#[doc(hidden)]
pub mod making {
    //! What [`register!`](crate::register) expands to.

    use super::*;
    use std::marker::PhantomData;

    pub use super::super::super::faults::RegisteredError;
    pub use inventory;

    pub fn type_name<F>(_: &F) -> &'static str {
        std::any::type_name::<F>()
    }

    pub fn plain<F, How>(function: F, params: &serde_json::Value) -> anyhow::Result<Box<dyn Function>>
    where
        F: IntoFunction<'static, How>,
        How: 'static,
        F::Params: DeserializeOwned + 'static,
    {
        let params = serde_json::from_value(params.clone())?;
        Ok(Box::new(WithParams { function, params, how: PhantomData::<fn() -> How> }))
    }

    pub fn with_init<F, How, Init, HowInit>(
        function: F,
        init: Init,
        params: &serde_json::Value,
    ) -> anyhow::Result<Box<dyn Function>>
    where
        F: IntoFunction<'static, How>,
        How: 'static,
        F::Params: 'static,
        Init: IntoInit<F::Params, HowInit> + 'static,
        Init::Params: DeserializeOwned + 'static,
    {
        let params: Init::Params = serde_json::from_value(params.clone())?;
        let make = move || init.make(&params);
        Ok(Box::new(WithInit { function, make, how: PhantomData::<fn(F::Params) -> How> }))
    }

    pub fn sides<F, How>(function: F, params: &serde_json::Value) -> anyhow::Result<Box<dyn Function>>
    where
        F: IntoSidesFunction<'static, How>,
        How: 'static,
        F::Params: DeserializeOwned + 'static,
    {
        plain(OfSides::new(function), params)
    }

    pub fn sides_with_init<F, How, Init, HowInit>(
        function: F,
        init: Init,
        params: &serde_json::Value,
    ) -> anyhow::Result<Box<dyn Function>>
    where
        F: IntoSidesFunction<'static, How>,
        How: 'static,
        F::Params: 'static,
        Init: IntoInit<F::Params, HowInit> + 'static,
        Init::Params: DeserializeOwned + 'static,
    {
        with_init(OfSides::new(function), init, params)
    }
}

/// Puts a function on the list by its name, so that an engine in another process can call it.
///
/// ```
/// use polars::prelude::*;
///
/// /// The first rows of a partition.
/// fn first(rows: DataFrame, count: &usize) -> DataFrame {
///     rows.head(Some(*count))
/// }
/// outgrow::register!(first, version = 2, validate = "presort_has: time_hour");
///
/// let entry = outgrow::partitioned::registered("first").unwrap();
/// assert_eq!((entry.name, entry.version), ("first", 2));
/// ```
///
/// After the function, in this order, as needed: `sides` (a function of a cotransform), `name = "..."`, `version = 2`,
/// `validate = "..."`, `on_init = set_up`. Parameters must be `serde::Deserialize`.
#[macro_export]
macro_rules! register {
    ($function:path, sides $(, name = $name:literal)? $(, version = $version:literal)? $(, validate = $rules:literal)?) => {
        $crate::register!(@entry $function, [$($name)?] [$($version)?] [$($rules)?] [] {
            |params| $crate::partitioned::making::sides($function, params)
        });
    };
    ($function:path, sides $(, name = $name:literal)? $(, version = $version:literal)? $(, validate = $rules:literal)?,
        on_init = $init:path) => {
        $crate::register!(@entry $function, [$($name)?] [$($version)?] [$($rules)?] [$init] {
            |params| $crate::partitioned::making::sides_with_init($function, $init, params)
        });
    };
    ($function:path $(, name = $name:literal)? $(, version = $version:literal)? $(, validate = $rules:literal)?) => {
        $crate::register!(@entry $function, [$($name)?] [$($version)?] [$($rules)?] [] {
            |params| $crate::partitioned::making::plain($function, params)
        });
    };
    ($function:path $(, name = $name:literal)? $(, version = $version:literal)? $(, validate = $rules:literal)?,
        on_init = $init:path) => {
        $crate::register!(@entry $function, [$($name)?] [$($version)?] [$($rules)?] [$init] {
            |params| $crate::partitioned::making::with_init($function, $init, params)
        });
    };
    (@entry $function:path, [$($name:literal)?] [$($version:literal)?] [$($rules:literal)?] [$($init:path)?]
        { $make:expr }) => {
        $crate::partitioned::making::inventory::submit! {
            $crate::partitioned::Registered {
                name: $crate::register!(@or stringify!($function) $(, $name)?),
                version: $crate::register!(@or 1 $(, $version)?),
                rules: $crate::register!(@or "" $(, $rules)?),
                type_name: || $crate::partitioned::making::type_name(&$function),
                init_type_name: || $crate::register!(@or "" $(, $crate::partitioned::making::type_name(&$init))?),
                make: $make,
            }
        }
    };
    (@or $default:expr) => { $default };
    (@or $default:expr, $given:expr) => { $given };
}
